#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""internet.py TLSDIR - the name server and the mail servers of the machine's internet. The local
address of a connection picks how the server behaves. While the file "silent" stands in the folder of
this program, the name server does not answer; while "NAME.open" does, that server accepts all."""
import os
import socket
import socketserver
import ssl
import struct
import sys
import threading

TLS = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
NET = "198.51.100."
# name -> last octet of its address; the behaviour goes by the name
SERVERS = {"ok": 10, "busy": 11, "auth": 18, "expired": 19, "relay": 40}
PORTS = (25, 587, 2525)
A, MX = 1, 15
NXDOMAIN = 3


def wire(name):
    return b"".join(bytes([len(w)]) + w.encode() for w in name.split(".")) + b"\0"


def record(name, kind, data):
    return wire(name) + struct.pack("!HHIH", kind, 1, 5, len(data)) + data


def records(name, kind):
    """NAME.example has the mail server mx.NAME.example. None: there is no such name."""
    words = name.split(".")
    if words[-1:] != ["example"] or words[-2:-1] == [] or words[-2] not in SERVERS:
        return None
    if len(words) == 2 and kind == MX:
        return [record(name, MX, struct.pack("!H", 10) + wire("mx." + name))]
    if words[0] == "mx" and len(words) == 3 and kind == A:
        return [record(name, A, socket.inet_aton(NET + str(SERVERS[words[1]])))]
    return []


class Names(socketserver.BaseRequestHandler):
    def handle(self):
        packet, sock = self.request
        if os.path.exists(os.path.join(HERE, "silent")):
            return
        at, words = 12, []
        while packet[at]:
            words.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
            at += packet[at] + 1
        kind = struct.unpack("!H", packet[at + 1:at + 3])[0]
        found = records(".".join(words).lower(), kind)
        head = packet[:2] + struct.pack("!HHHHH", 0x8580 | (NXDOMAIN if found is None else 0), 1,
                                        len(found or []), 0, 0)
        sock.sendto(head + packet[12:at + 5] + b"".join(found or []), self.client_address)


class Mail(socketserver.StreamRequestHandler):
    timeout = 60

    def say(self, *lines):
        for i, line in enumerate(lines):
            mark = "-" if i < len(lines) - 1 else " "
            self.wfile.write((line[:3] + mark + line[4:] + "\r\n").encode())

    def open(self):
        return os.path.exists(os.path.join(HERE, self.name + ".open"))

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(TLS, self.name + ".crt"), os.path.join(TLS, self.name + ".key"))
        self.say("220 2.0.0 Ready")
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    def ehlo(self):
        lines = [f"250 mx.{self.name}.example", "250 ENHANCEDSTATUSCODES"]
        if self.name == "expired":
            lines.append("250 STARTTLS")
        if self.name == "auth":
            lines.append("250 AUTH PLAIN LOGIN")
        self.say(*lines)

    def login(self, line):
        if " " not in line[5:]:
            self.say("334 VXNlcm5hbWU6")
            self.rfile.readline()
            if line.upper() == "AUTH LOGIN":
                self.say("334 UGFzc3dvcmQ6")
                self.rfile.readline()
        self.known = self.open()
        self.say("235 2.7.0 Ok" if self.known else "535 5.7.8 Error: authentication failed")

    def data(self):
        self.say("354 End data with <CR><LF>.<CR><LF>")
        while self.rfile.readline() not in (b".\r\n", b""):
            pass
        self.say("250 2.0.0 Ok: queued as VM01")

    def handle(self):
        octet = int(self.request.getsockname()[0].rsplit(".", 1)[1])
        self.name = next((n for n, o in SERVERS.items() if o == octet), None)
        self.known = self.name != "auth"
        if not self.name:
            return
        self.say(f"220 mx.{self.name}.example ESMTP")
        for raw in iter(self.rfile.readline, b""):
            line = raw.decode("latin-1").strip()
            word = line[:4].upper()
            if word in ("EHLO", "HELO"):
                self.ehlo()
            elif word == "STAR":
                self.start_tls()
            elif word == "AUTH":
                self.login(line)
            elif word == "MAIL" and not self.known:
                self.say("530 5.7.0 Authentication required")
            elif word == "RCPT" and self.name == "busy" and not self.open():
                self.say("450 4.2.0 Try again later")
            elif word == "DATA":
                self.data()
            elif word == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            else:
                self.say("250 2.0.0 Ok")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


for port in PORTS:
    for octet in SERVERS.values():
        server = MailServer((NET + str(octet), port), Mail)
        threading.Thread(target=server.serve_forever, daemon=True).start()
socketserver.UDPServer(("192.0.2.2", 53), Names).serve_forever()
