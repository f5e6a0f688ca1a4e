#!/bin/sh
# Process 1 of a new set of namespaces: lays out the machine's files, moves into them and starts what it runs.
# $LOWER the shared root · $OWN the machine's own folder · $SHARED has one path inside and outside · $DATA, $NAME, $SOCKET
# $ENGINE_USER the number of the user who runs the engine
set -eu
mount --make-rprivate /
root=$OWN/root
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$OWN/upper,workdir=$OWN/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
if [ "$ENGINE_USER" != 0 ]; then
    # As on a student's machine: only cgroup v2, and a tunnel device that everyone may use.
    mount --bind /sys/fs/cgroup/unified "$root/sys/fs/cgroup"
    mknod -m 666 "$OWN/tun" c 10 200
    mount --bind "$OWN/tun" "$root/dev/net/tun"
    # Where there is none, containers have none either. Nobody answers.
    ip route add default dev eth0
fi
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# A link on every Debian, made by a script that did not run here.
rm -rf "$root/var/run" && ln -s /run "$root/var/run"
mkdir -p "$root$SHARED" "$root$DATA" "$root/run/sshd" "$root/.outside" "$root$(dirname "$SOCKET")"
mount --bind "$SHARED" "$root$SHARED"
mount --bind "$OWN/data" "$root$DATA"
sed -i "s|@HOMES@|$SHARED/homes|" "$root/etc/passwd"
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$NAME" > "$root/etc/hosts"
ln -s "$SHARED/docker.sock" "$root$SOCKET"
mkdir -p "$root/run/user/$ENGINE_USER"
chown -R "$ENGINE_USER" "$root/run/user/$ENGINE_USER"
cd "$root"
pivot_root . .outside
umount -l /.outside
hostname "$NAME"
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
export PATH HOME
/usr/sbin/sshd -E "$SHARED/sshd.log" -f "$SHARED/ssh/sshd_config"
sh "$SHARED/engine.sh" >> "$SHARED/engine.log" 2>&1 &
exec tini -- sleep infinity
