# the version the rules were recorded with
VERSION = '1.3.3'
