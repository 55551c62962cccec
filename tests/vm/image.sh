#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# image.sh DIR - build the machine of these tests in DIR: disk.img, vmlinuz, initrd.img.
# Debian 12 with SELinux enforcing, Postfix, auditd, nftables and firewalld; wants root, debootstrap,
# setfiles, mkfs.ext4 and certtool, and takes the packages from where this machine's apt does.

set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/image
suite=bookworm
dir=${1:?usage: image.sh DIR}

# its mounts end with it
[ "${2-}" = inside ] || exec unshare --mount --propagation private -- "$0" "$dir" inside

mkdir -p "$dir"
dir=$(readlink -f -- "$dir")
root=$dir/tree
rm -rf "$root"

first=systemd-sysv,dbus,udev,kmod,initramfs-tools,iproute2,procps,rsyslog,attr,python3,ca-certificates
system=(linux-image-cloud-amd64 selinux-policy-default policycoreutils policycoreutils-python-utils
	auditd postfix nftables firewalld opendkim libsasl2-modules openssl zstd)
# what the program is linked with
libraries=(libarchive13 libauparse0 libc-ares2 libexpat1 libgnutls30 libjansson4 libnftables1
	libpcre2-8-0 libseccomp2 libsemanage2 libyaml-0-2)

mirror()
{
	# shellcheck disable=SC2016 # apt's words, not the shell's
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v s="$suite" '$2 == s && $3 == "main" { print $1; exit }'
}

inside()
{
	chroot "$root" "$@"
}

install_packages()
{
	debootstrap --variant=minbase --include="$first" "$suite" "$root" "$(mirror)"
	if [ -e /etc/apt/sources.list.d/debian.sources ]; then
		: >"$root/etc/apt/sources.list"
		cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
	fi
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	printf 'force-unsafe-io\n' >"$root/etc/dpkg/dpkg.cfg.d/vm"
	printf 'path-exclude=/usr/share/%s/*\n' doc man locale >>"$root/etc/dpkg/dpkg.cfg.d/vm"
	printf 'virtio_blk\nvirtio_pci\next4\n' >"$root/etc/initramfs-tools/modules"
	sed -i 's/^MODULES=.*/MODULES=list/' "$root/etc/initramfs-tools/initramfs.conf"
	inside debconf-set-selections <<-'EOF'
		postfix postfix/main_mailer_type select Internet Site
		postfix postfix/mailname string mail.vm.example
	EOF
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	inside apt-get -qq update
	inside apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 install \
		"${system[@]}" "${libraries[@]}"
	umount "$root/proc" "$root/dev"
	rm "$root/usr/sbin/policy-rc.d"
}

# certificate NAME CN FROM TO - signed by the machine's own authority
certificate()
{
	local tls=$dir/tls
	printf 'cn = "%s"\ndns_name = "%s"\nactivation_date = "%s"\nexpiration_date = "%s"\ntls_www_server\n' \
		"$2" "$2" "$3" "$4" >"$tls/$1.cfg"
	certtool --generate-privkey --outfile "$tls/$1.key" 2>>"$tls/log"
	certtool --generate-certificate --load-privkey "$tls/$1.key" --template "$tls/$1.cfg" \
		--load-ca-certificate "$tls/ca.crt" --load-ca-privkey "$tls/ca.key" \
		--outfile "$tls/$1.crt" 2>>"$tls/log"
}

certificates()
{
	local tls=$dir/tls
	mkdir -p "$tls"
	printf 'cn = "VM CA"\nca\ncert_signing_key\nexpiration_date = "2045-01-01"\n' >"$tls/ca.cfg"
	certtool --generate-privkey --outfile "$tls/ca.key" 2>>"$tls/log"
	certtool --generate-self-signed --load-privkey "$tls/ca.key" --template "$tls/ca.cfg" \
		--outfile "$tls/ca.crt" 2>>"$tls/log"
	certificate expired mx.expired.example 2020-01-01 2021-01-01
	certificate mail mail.vm.example 2020-01-01 2045-01-01
	install -D -m 600 "$tls/expired.key" "$root/usr/local/lib/vm/tls/expired.key"
	cp "$tls/expired.crt" "$root/usr/local/lib/vm/tls/"
	cp "$tls/ca.crt" "$root/etc/ssl/certs/vm-ca.pem"
	cp "$tls/mail.crt" "$root/etc/ssl/certs/mail.pem"
	install -m 600 "$tls/mail.key" "$root/etc/ssl/private/mail.key"
}

configure()
{
	printf 'SELINUX=enforcing\nSELINUXTYPE=default\n' >"$root/etc/selinux/config"
	echo mail.vm.example >"$root/etc/hostname"
	echo mail.vm.example >"$root/etc/mailname"
	printf '127.0.0.1 localhost\n192.0.2.1 mail.vm.example mail\n' >"$root/etc/hosts"
	printf 'nameserver 192.0.2.2\noptions timeout:1 attempts:2\n' >"$root/etc/resolv.conf"
	printf '/dev/vda / ext4 defaults,noatime 0 1\n' >"$root/etc/fstab"
	: >"$root/etc/machine-id"
	inside useradd -m -s /bin/bash alice
	inside useradd -m -s /bin/bash bob
	printf 'postmaster: root\nroot: alice\n' >"$root/etc/aliases"
	inside postconf -e 'myhostname = mail.vm.example' \
		'mydestination = mail.vm.example, vm.example, localhost' \
		'mynetworks = 127.0.0.0/8' 'inet_protocols = ipv4' 'smtp_connect_timeout = 5s' \
		'minimal_backoff_time = 300s' 'alias_maps = hash:/etc/aliases' \
		'smtpd_tls_cert_file = /etc/ssl/certs/mail.pem' \
		'smtpd_tls_key_file = /etc/ssl/private/mail.key' \
		'smtp_tls_CAfile = /etc/ssl/certs/vm-ca.pem'
	inside postconf -X smtp_tls_CApath
	inside postalias /etc/aliases
	mkdir -p "$root/var/log/journal"

	install -D -m 755 -t "$root/usr/local/lib/vm" "$here/net" "$here/internet.py"
	install -m 755 "$here/agent" "$root/usr/local/sbin/agent"
	cp "$here/net.service" "$here/agent.service" "$root/etc/systemd/system/"
	cp "$here/nftables.conf" "$root/etc/nftables.conf"
	inside systemctl -q enable net agent nftables auditd rsyslog postfix
	inside systemctl -q disable firewalld opendkim
	inside systemctl -q mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
		e2scrub_reap.service fstrim.timer dpkg-db-backup.timer getty@tty1.service \
		serial-getty@ttyS0.service console-getty.service systemd-networkd.service
	ln -sf multi-user.target "$root/lib/systemd/system/default.target"
}

# labels are written to the tree: mkfs.ext4 takes them over, nothing is mounted
pack()
{
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
	cp "$root"/boot/vmlinuz-* "$dir/vmlinuz"
	cp "$root"/boot/initrd.img-* "$dir/initrd.img"
	setfiles -F -r "$root" "$root/etc/selinux/default/contexts/files/file_contexts" "$root"
	truncate -s 3G "$dir/disk.part"
	mkfs.ext4 -q -F -d "$root" -E lazy_itable_init=0,lazy_journal_init=0 "$dir/disk.part"
	rm -rf "$root"
	mv "$dir/disk.part" "$dir/disk.img"
}

time install_packages
certificates
configure
time pack
