# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON documents that a test changes."""


def replaced(value, change):
    """A copy of a document in which change(OBJECT) stands for each object, from the outermost on; where
    it gives None, the object stays and those within it are asked about."""
    if isinstance(value, list):
        return [replaced(v, change) for v in value]
    if not isinstance(value, dict):
        return value
    other = change(value)
    return {k: replaced(v, change) for k, v in value.items()} if other is None else other
