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

if [ -n "${ROOTLESS:-}" ]; then
  install -D -m 600 -o lab /keys/authorized_keys /home/lab/.ssh/authorized_keys
  install -d -o lab /run/user/1001 /home/lab/.local /home/lab/.local/share /home/lab/.local/share/docker
  # What `docker context use rootless` leaves.
  runuser -u lab -- docker context create rootless --docker host=unix:///run/user/1001/docker.sock >/dev/null 2>&1 || true
  runuser -u lab -- docker context use rootless >/dev/null 2>&1
  chown -R lab /home/lab/.ssh
  chmod 666 /dev/net/tun
  mount --make-rshared /
  rm -f /run/user/1001/docker.pid
  exec runuser -u lab -- env HOME=/home/lab XDG_RUNTIME_DIR=/run/user/1001 \
    PATH="/usr/share/docker.io/contrib:/usr/sbin:/sbin:$PATH" dockerd-rootless.sh --mtu 1500 --dns 127.0.0.1
fi

# A machine that was killed leaves these, and dockerd would take them for those of one that lives.
rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid /run/docker/containerd/containerd.pid
exec dockerd --config-file /keys/daemon.json -H unix:///var/run/docker.sock --mtu "$(cat /sys/class/net/eth0/mtu)" --dns 127.0.0.1 \
  -H tcp://0.0.0.0:2376 --tlsverify --tlscacert /keys/ca.pem --tlscert /keys/cert.pem --tlskey /keys/key.pem "$@"
