#!/bin/sh
# What runs on a test machine: sshd, and dockerd on its socket and, with TLS, on port 2376. Keys and dockerd's
# settings come in /keys; other arguments go to dockerd.
set -eu
# There is no way out of the subnet. Without its route, whatever tries fails at once instead of after a time-out.
# What is sent to everyone used that route: it gets one of its own.
ip route del default 2>/dev/null || true
ip route add 255.255.255.255 dev eth0 2>/dev/null || true
ip route add 224.0.0.0/4 dev eth0 2>/dev/null || true

install -D -m 600 /keys/authorized_keys /root/.ssh/authorized_keys
install -m 600 /keys/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key
mkdir -p /run/sshd
/usr/sbin/sshd -o PasswordAuthentication=no -o UseDNS=no -o MaxStartups=100

# A machine that was killed leaves these, and dockerd would take them for those of one that lives.
rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid /run/docker/containerd/containerd.pid
exec dockerd --config-file /keys/daemon.json -H unix:///var/run/docker.sock --mtu "$(cat /sys/class/net/eth0/mtu)" --dns 127.0.0.1 \
  -H tcp://0.0.0.0:2376 --tlsverify --tlscacert /keys/ca.pem --tlscert /keys/cert.pem --tlskey /keys/key.pem "$@"
