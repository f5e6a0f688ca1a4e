# To be read by up.sh: `$PUBLISH` publishes port 80, or `$TARGET`, of the service `web`.
# The swarm's own door needs IPVS in the kernel. Where there is none, each task has a door of its own, on a port that
# the engine chooses: one number cannot serve three tasks of one machine.
TARGET=${TARGET:-80}
modprobe ip_vs 2> /dev/null || true
if [ -e /proc/sys/net/ipv4/vs ]; then
    PUBLISH="published=4000,target=$TARGET"
else
    PUBLISH="mode=host,target=$TARGET"
fi
