/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What firewalld ships in usr/lib/firewalld: names, ports and defaults, for roots that come without
 * that directory. The words of a line: "tcp/25" a port, "s:" a source port, "p:" a protocol, "+" an
 * included service, "h:" a helper, "4:" and "6:" the destination. */

#include "evidence/firewall/firewalld_config.h"

#include <errno.h>

/* services of 1.x */
static const char *const services[] = {
	"RH-Satellite-6 +foreman tcp/5000 tcp/5646-5647 tcp/5671 tcp/8000 tcp/8080 tcp/9090",
	"RH-Satellite-6-capsule +RH-Satellite-6 tcp/8443",
	"afp tcp/548",
	"amanda-client udp/10080 tcp/10080 h:amanda",
	"amanda-k5-client tcp/10082 h:amanda",
	"amqp tcp/5672",
	"amqps tcp/5671",
	"apcupsd tcp/3551",
	"audit tcp/60",
	"ausweisapp2 udp/24727",
	"bacula tcp/9101 tcp/9102 tcp/9103",
	"bacula-client tcp/9102",
	"bareos-director tcp/9101",
	"bareos-filedaemon tcp/9102",
	"bareos-storage tcp/9103",
	"bb tcp/1984 udp/1984",
	"bgp tcp/179",
	"bitcoin tcp/8333",
	"bitcoin-rpc tcp/8332",
	"bitcoin-testnet tcp/18333",
	"bitcoin-testnet-rpc tcp/18332",
	"bittorrent-lsd udp/6771 4:239.192.152.143 6:ff15::efc0:988f",
	"ceph tcp/6800-7300",
	"ceph-exporter tcp/9283",
	"ceph-mon tcp/3300 tcp/6789",
	"cfengine tcp/5308",
	"checkmk-agent tcp/6556",
	"cockpit tcp/9090",
	"collectd udp/25826",
	"condor-collector tcp/9618",
	"cratedb tcp/4200 tcp/4300 +postgresql",
	"ctdb tcp/4379 udp/4379",
	"dds +dds-multicast +dds-unicast",
	"dds-multicast udp/7400-7401 udp/7650-7651 udp/7900-7901 udp/8150-8151 "
	"udp/8400-8401 udp/8650-8651 udp/8900-8901 udp/9150-9151 udp/9400-9401 "
	"udp/9650-9651 udp/9900-9901 4:239.255.0.1",
	"dds-unicast udp/7402-7649 udp/7652-7899 udp/7902-8149 udp/8152-8339 "
	"udp/8402-8649 udp/8652-8899 udp/8902-9149 udp/9152-9339 udp/9402-9649 "
	"udp/9652-9899 udp/9902-10149",
	"dhcp udp/67",
	"dhcpv6 udp/547",
	"dhcpv6-client udp/546 6:fe80::/64",
	"distcc tcp/3632",
	"dns tcp/53 udp/53",
	"dns-over-tls tcp/853",
	"docker-registry tcp/5000",
	"docker-swarm tcp/2377 tcp/7946 udp/7946 udp/4789 p:esp",
	"dropbox-lansync udp/17500 tcp/17500",
	"elasticsearch tcp/9300 tcp/9200",
	"etcd-client tcp/2379",
	"etcd-server tcp/2380",
	"finger tcp/79",
	"foreman +dns +http +https +dhcp +tftp udp/68 tcp/8140",
	"foreman-proxy +foreman tcp/8443",
	"freeipa-4 +http +https +kerberos +kpasswd +ldap +ldaps",
	"freeipa-ldap tcp/80 tcp/443 tcp/88 udp/88 tcp/464 udp/464 udp/123 tcp/389",
	"freeipa-ldaps tcp/80 tcp/443 tcp/88 udp/88 tcp/464 udp/464 udp/123 tcp/636",
	"freeipa-replication tcp/7389",
	"freeipa-trust tcp/135 tcp/138-139 udp/138-139 tcp/389 udp/389 tcp/445 udp/445 "
	"tcp/49152-65535 tcp/3268",
	"ftp tcp/21 h:ftp",
	"galera tcp/3306 tcp/4567 tcp/4568 tcp/4444",
	"ganglia-client tcp/8660",
	"ganglia-master tcp/8651",
	"git tcp/9418",
	"gpsd tcp/2947",
	"grafana tcp/3000",
	"gre p:gre h:proto-gre",
	"high-availability tcp/2224 tcp/3121 tcp/5403 udp/5404 udp/5405-5412 tcp/9929 "
	"udp/9929 tcp/21064",
	"http tcp/80",
	"http3 udp/443",
	"https tcp/443",
	"ident tcp/113",
	"imap tcp/143",
	"imaps tcp/993",
	"ipfs tcp/4001 udp/4001",
	"ipp tcp/631 udp/631",
	"ipp-client udp/631",
	"ipsec p:ah p:esp udp/500 udp/4500 tcp/4500",
	"irc tcp/6667",
	"ircs tcp/6697",
	"iscsi-target tcp/3260 udp/3260",
	"isns tcp/3205 udp/3205",
	"jenkins tcp/8080",
	"kadmin tcp/749",
	"kdeconnect tcp/1714-1764 udp/1714-1764",
	"kerberos tcp/88 udp/88",
	"kibana tcp/5601",
	"klogin tcp/543",
	"kpasswd tcp/464 udp/464",
	"kprop tcp/754",
	"kshell tcp/544",
	"kube-api +kubelet",
	"kube-apiserver tcp/6443",
	"kube-control-plane +etcd-client +etcd-server +kube-apiserver "
	"+kube-controller-manager +kube-scheduler",
	"kube-control-plane-secure +etcd-client +etcd-server +kube-apiserver "
	"+kube-controller-manager-secure +kube-scheduler-secure",
	"kube-controller-manager tcp/10252",
	"kube-controller-manager-secure tcp/10257",
	"kube-nodeport-services tcp/30000-32767",
	"kube-scheduler tcp/10251",
	"kube-scheduler-secure tcp/10259",
	"kube-worker +kubelet +kube-nodeport-services",
	"kubelet tcp/10250",
	"kubelet-readonly tcp/10255",
	"kubelet-worker +kube-worker",
	"ldap tcp/389",
	"ldaps tcp/636",
	"libvirt tcp/16509",
	"libvirt-tls tcp/16514",
	"lightning-network tcp/9735",
	"llmnr +llmnr-tcp +llmnr-udp",
	"llmnr-client s:udp/5355",
	"llmnr-tcp tcp/5355",
	"llmnr-udp udp/5355 4:224.0.0.252 6:ff02::1:3",
	"managesieve tcp/4190",
	"matrix +https tcp/8448",
	"mdns udp/5353 4:224.0.0.251 6:ff02::fb",
	"memcache tcp/11211 udp/11211",
	"minidlna tcp/8200 +ssdp",
	"mongodb tcp/27017",
	"mosh udp/60000-61000",
	"mountd tcp/20048 udp/20048",
	"mqtt tcp/1883",
	"mqtt-tls tcp/8883",
	"ms-wbt +rdp",
	"mssql tcp/1433",
	"murmur tcp/64738 udp/64738",
	"mysql tcp/3306",
	"nbd tcp/10809",
	"nebula udp/4242",
	"netbios-ns udp/137 h:netbios-ns",
	"netdata-dashboard tcp/19999",
	"nfs tcp/2049",
	"nfs3 tcp/2049 udp/2049",
	"nmea-0183 tcp/10110 udp/10110",
	"nrpe tcp/5666",
	"ntp udp/123",
	"nut tcp/3493",
	"openvpn udp/1194",
	"ovirt-imageio tcp/54322",
	"ovirt-storageconsole tcp/55863 tcp/39543",
	"ovirt-vmconsole tcp/2223",
	"plex tcp/32400 udp/32400 tcp/32469 +ssdp tcp/3005 tcp/8324 udp/32410 udp/32412 "
	"udp/32413 udp/32414",
	"pmcd tcp/44321",
	"pmproxy tcp/44322",
	"pmwebapi tcp/44323",
	"pmwebapis tcp/44324",
	"pop3 tcp/110",
	"pop3s tcp/995",
	"postgresql tcp/5432",
	"privoxy tcp/8118",
	"prometheus tcp/9090",
	"prometheus-node-exporter tcp/9100",
	"proxy-dhcp udp/4011",
	"ps2link udp/18194 tcp/18193",
	"ps3netsrv tcp/38008",
	"ptp udp/319 udp/320",
	"pulseaudio tcp/4713",
	"puppetmaster tcp/8140",
	"quassel tcp/4242",
	"radius tcp/1812 udp/1812 tcp/1813 udp/1813",
	"rdp tcp/3389",
	"redis tcp/6379",
	"redis-sentinel tcp/26379",
	"rpc-bind tcp/111 udp/111",
	"rquotad tcp/875 udp/875",
	"rsh tcp/514",
	"rsyncd tcp/873 udp/873",
	"rtsp tcp/554 udp/554",
	"salt-master tcp/4505 tcp/4506",
	"samba +samba-client tcp/139 tcp/445",
	"samba-client +netbios-ns udp/138",
	"samba-dc +samba +dns +kerberos +ldap +ldaps +kpasswd tcp/135 udp/389 "
	"tcp/49152-65535 tcp/3268 tcp/3269",
	"sane tcp/6566 h:sane",
	"sip tcp/5060 udp/5060 h:sip",
	"sips tcp/5061 udp/5061",
	"slp tcp/427 udp/427",
	"smtp tcp/25",
	"smtp-submission tcp/587",
	"smtps tcp/465",
	"snmp tcp/161 udp/161",
	"snmptls tcp/10161 udp/10161",
	"snmptls-trap tcp/10162 udp/10162",
	"snmptrap tcp/162 udp/162",
	"spideroak-lansync udp/21327 udp/21328",
	"spotify-sync udp/57621 tcp/57621",
	"squid tcp/3128",
	"ssdp udp/1900 4:239.255.255.250 6:ff02::c",
	"ssh tcp/22",
	"steam-streaming tcp/27036 tcp/27037 udp/27031-27036",
	"svdrp tcp/6419 udp/6419",
	"svn tcp/3690",
	"syncthing tcp/22000 udp/22000 udp/21027",
	"syncthing-gui tcp/8384",
	"syncthing-relay tcp/22067 tcp/22070",
	"synergy tcp/24800",
	"syslog udp/514",
	"syslog-tls tcp/6514 udp/6514",
	"telnet tcp/23",
	"tentacle tcp/41121",
	"tftp udp/69 h:tftp",
	"tile38 tcp/9851",
	"tinc tcp/655 udp/655",
	"tor-socks tcp/9050",
	"transmission-client tcp/51413 udp/51413",
	"upnp-client s:udp/1900",
	"vdsm tcp/54321 tcp/5900-6923 tcp/49152-49216",
	"vnc-server tcp/5900-5903",
	"warpinator tcp/42000 udp/42000 tcp/42001",
	"wbem-http tcp/5988",
	"wbem-https tcp/5989",
	"wireguard udp/51820",
	"ws-discovery +ws-discovery-tcp +ws-discovery-udp",
	"ws-discovery-client s:udp/3702",
	"ws-discovery-tcp tcp/3702",
	"ws-discovery-udp udp/3702 4:239.255.255.250 6:ff02::c",
	"wsman tcp/5985",
	"wsmans tcp/5986",
	"xdmcp tcp/177 udp/177",
	"xmpp-bosh tcp/5280",
	"xmpp-client tcp/5222",
	"xmpp-local tcp/5298",
	"xmpp-server tcp/5269",
	"zabbix-agent tcp/10050",
	"zabbix-server tcp/10051",
	"zerotier udp/9993",
};

/* services that 2.x added */
static const char *const services2[] = {
	"0-AD udp/20595",
	"alvr tcp/9943-9944 udp/9943-9944",
	"anno-1602 tcp/47624 tcp/2300-2400 udp/2300-2400",
	"anno-1800 udp/18000",
	"aseqnet tcp/40002",
	"civilization-iv tcp/2033 tcp/2056 tcp/3783 tcp/6500 tcp/6667 tcp/28900 "
	"tcp/29900-29901 udp/2033 udp/2302-2400 udp/6500 udp/6515 udp/13139 udp/27900",
	"civilization-v tcp/1745 tcp/1795 tcp/3074 tcp/27015-27030 tcp/27036-27037 "
	"udp/1745 udp/1795 udp/3064 udp/3074 udp/4380 udp/27000-27031 udp/27036",
	"dns-over-quic udp/853",
	"factorio udp/34197",
	"gitea tcp/3000",
	"iperf2 tcp/5001 udp/5001",
	"iperf3 tcp/5201 udp/5201 sctp/5201",
	"mednafen tcp/4046",
	"minecraft tcp/25565 udp/25565",
	"mndp udp/5678",
	"mpd tcp/6600",
	"mpd-httpd tcp/8000",
	"need-for-speed-most-wanted tcp/13505 tcp/30900-30999 udp/3658",
	"opentelemetry tcp/4317 tcp/4318",
	"proxy-http tcp/3128",
	"radsec tcp/2083",
	"rootd tcp/1094",
	"settlers-history-collection udp/1005 udp/1100 udp/3074 udp/6200 udp/6300",
	"slimevr udp/6969",
	"socks tcp/1080",
	"solr tcp/8983",
	"statsrv tcp/133 udp/133",
	"steam-lan-transfer tcp/27040 udp/27031-27036",
	"stellaris udp/17780-17785",
	"stronghold-crusader tcp/2300-2400 tcp/47624 udp/2300-2400",
	"stun tcp/3478 udp/3478",
	"stuns tcp/5349 udp/5349",
	"submission tcp/587",
	"supertuxkart tcp/2759 udp/2759 udp/2757 tcp/2757",
	"syscomlan tcp/1065 udp/1065",
	"syslog-ng tcp/514 udp/514 tcp/601 tcp/6514",
	"terraria tcp/7777",
	"turn +stun",
	"turns +stuns",
	"vrrp p:112 4:224.0.0.18 6:FF02:0:0:0:0:0:0:12",
	"ws-discovery-host +ws-discovery-udp tcp/5357",
	"zabbix-java-gateway tcp/10052",
	"zabbix-trapper tcp/10051",
	"zabbix-web-service tcp/10053",
	"zero-k udp/8452",
};

/* ICMP types, with the families of their <destination>; 2.x added the last four */
static const char *const icmptypes[] = {
	"address-unreachable 6",
	"bad-header 6",
	"beyond-scope 6",
	"communication-prohibited 46",
	"destination-unreachable",
	"echo-reply",
	"echo-request",
	"failed-policy 6",
	"fragmentation-needed 4",
	"host-precedence-violation 4",
	"host-prohibited 4",
	"host-redirect 4",
	"host-unknown 4",
	"host-unreachable 4",
	"ip-header-bad 4",
	"neighbour-advertisement 6",
	"neighbour-solicitation 6",
	"network-prohibited 4",
	"network-redirect 4",
	"network-unknown 4",
	"network-unreachable 4",
	"no-route 6",
	"packet-too-big 6",
	"parameter-problem",
	"port-unreachable 46",
	"precedence-cutoff 4",
	"protocol-unreachable 4",
	"redirect",
	"reject-route 6",
	"required-option-missing 4",
	"router-advertisement",
	"router-solicitation",
	"source-quench 4",
	"source-route-failed 4",
	"time-exceeded",
	"timestamp-reply 4",
	"timestamp-request 4",
	"tos-host-redirect 4",
	"tos-host-unreachable 4",
	"tos-network-redirect 4",
	"tos-network-unreachable 4",
	"ttl-zero-during-reassembly 46",
	"ttl-zero-during-transit 46",
	"unknown-header-type 6",
	"unknown-option 6",
	"mld-listener-done 6",
	"mld-listener-query 6",
	"mld-listener-report 6",
	"mld2-listener-report 6",
};

/* conntrack helpers: module, family when there is one, ports */
static const char *const helpers[] = {
	"Q.931 m:nf_conntrack_h323 tcp/1720",
	"RAS m:nf_conntrack_h323 udp/1719",
	"amanda m:nf_conntrack_amanda udp/10080",
	"ftp m:nf_conntrack_ftp tcp/21",
	"h323 m:nf_conntrack_h323",
	"irc m:nf_conntrack_irc f:ipv4 tcp/194",
	"netbios-ns m:nf_conntrack_netbios_ns f:ipv4 udp/137",
	"pptp m:nf_conntrack_pptp f:ipv4 tcp/1723",
	"proto-gre m:nf_conntrack_proto_gre",
	"sane m:nf_conntrack_sane tcp/6566",
	"sip m:nf_conntrack_sip tcp/5060 udp/5060",
	"snmp m:nf_conntrack_snmp f:ipv4 udp/161",
	"tftp m:nf_conntrack_tftp udp/69",
};

static const struct {
	const char *name, *xml;
} zones[] = {
	{"block", "<zone target='%%REJECT%%'><forward/></zone>"},
	{"dmz", "<zone><service name='ssh'/><forward/></zone>"},
	{"drop", "<zone target='DROP'><forward/></zone>"},
	{"external", "<zone><service name='ssh'/><masquerade/><forward/></zone>"},
	{"home", "<zone><service name='ssh'/><service name='mdns'/><service name='samba-client'/>"
		 "<service name='dhcpv6-client'/><forward/></zone>"},
	{"internal",
	 "<zone><service name='ssh'/><service name='mdns'/><service name='samba-client'/>"
	 "<service name='dhcpv6-client'/><forward/></zone>"},
	{"public", "<zone><service name='ssh'/><service name='dhcpv6-client'/><forward/></zone>"},
	{"trusted", "<zone target='ACCEPT'><forward/></zone>"},
	{"work", "<zone><service name='ssh'/><service name='dhcpv6-client'/><forward/></zone>"},
};

static const char allow_host_ipv6[] =
	"<policy target='CONTINUE' priority='-15000'>"
	"<ingress-zone name='ANY'/><egress-zone name='HOST'/>"
	"<rule family='ipv6'><icmp-type name='neighbour-advertisement'/><accept/></rule>"
	"<rule family='ipv6'><icmp-type name='neighbour-solicitation'/><accept/></rule>"
	"<rule family='ipv6'><icmp-type name='router-advertisement'/><accept/></rule>"
	"<rule family='ipv6'><icmp-type name='redirect'/><accept/></rule>"
	"</policy>";

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "tcp/25" or "udp/137-138" */
static int add_port(struct fwd_config *c, struct fwd_list *l, struct seal_bytes w)
{
	struct fwd_item *it = fwd_list_add(c, l);
	struct seal_bytes range, hi;
	uint32_t a, b;

	if (!it)
		return -ENOMEM;
	it->name = seal_bytes_cut(w, '/', &range);
	range = seal_bytes_cut(range, '-', &hi);
	if (seal_parse_u32(range, 10, &a) < 0)
		return -EINVAL;
	b = a;
	if (hi.p && seal_parse_u32(hi, 10, &b) < 0)
		return -EINVAL;
	it->lo = (uint16_t)a;
	it->hi = (uint16_t)b;
	return 0;
}

static int add_name(struct fwd_config *c, struct fwd_list *l, struct seal_bytes name)
{
	struct fwd_item *it = fwd_list_add(c, l);

	if (!it)
		return -ENOMEM;
	it->name = name;
	return 0;
}

static int add_service(struct fwd_config *c, const char *line)
{
	struct seal_bytes rest = seal_bytes_of(line), w;
	struct fwd_service *s = seal_vec_add(&c->services);
	int r = 0;

	if (!s)
		return -ENOMEM;
	s->name = seal_bytes_word(&rest);
	while (r == 0 && (w = seal_bytes_word(&rest)).n) {
		if (seal_bytes_starts(w, "s:"))
			r = add_port(c, &s->source_ports, seal_bytes_from(w, 2));
		else if (seal_bytes_starts(w, "p:"))
			r = add_name(c, &s->protocols, seal_bytes_from(w, 2));
		else if (seal_bytes_starts(w, "h:"))
			r = add_name(c, &s->helpers, seal_bytes_from(w, 2));
		else if (seal_bytes_starts(w, "+"))
			r = add_name(c, &s->includes, seal_bytes_from(w, 1));
		else if (seal_bytes_starts(w, "4:"))
			s->destination[0] = seal_bytes_from(w, 2);
		else if (seal_bytes_starts(w, "6:"))
			s->destination[1] = seal_bytes_from(w, 2);
		else
			r = add_port(c, &s->ports, w);
	}
	return r;
}

static int add_icmptype(struct fwd_config *c, const char *line)
{
	struct seal_bytes rest = seal_bytes_of(line);
	struct fwd_icmptype *t = seal_vec_add(&c->icmptypes);

	if (!t)
		return -ENOMEM;
	t->name = seal_bytes_word(&rest);
	t->ipv4 = seal_bytes_chr(rest, '4') >= 0;
	t->ipv6 = seal_bytes_chr(rest, '6') >= 0;
	return 0;
}

static int add_helper(struct fwd_config *c, const char *line)
{
	struct seal_bytes rest = seal_bytes_of(line), w;
	struct fwd_helper *h = seal_vec_add(&c->helpers);
	int r = 0;

	if (!h)
		return -ENOMEM;
	h->name = seal_bytes_word(&rest);
	while (r == 0 && (w = seal_bytes_word(&rest)).n) {
		if (seal_bytes_starts(w, "m:"))
			h->module = seal_bytes_from(w, 2);
		else if (seal_bytes_starts(w, "f:"))
			h->family = seal_bytes_from(w, 2);
		else
			r = add_port(c, &h->ports, w);
	}
	return r;
}

static int read_xml(struct fwd_config *c, bool is_zone, const char *name, const char *xml)
{
	struct fwd_source s = {
		.config = c,
		.path = SEAL_LIT("(built-in)"),
		.text = seal_bytes_of(xml),
		.name = seal_bytes_of(name),
	};

	return fwd_policy_read(&s, is_zone, NULL);
}

int fwd_stock_load(struct fwd_config *c)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < COUNT(icmptypes); i++)
		r = add_icmptype(c, icmptypes[i]);
	for (i = 0; r == 0 && i < COUNT(helpers); i++)
		r = add_helper(c, helpers[i]);
	for (i = 0; r == 0 && i < COUNT(services); i++)
		r = add_service(c, services[i]);
	for (i = 0; r == 0 && i < COUNT(services2); i++)
		r = add_service(c, services2[i]);
	for (i = 0; r == 0 && i < COUNT(zones); i++)
		r = read_xml(c, true, zones[i].name, zones[i].xml);
	if (r == 0)
		r = read_xml(c, false, "allow-host-ipv6", allow_host_ipv6);
	return r;
}
