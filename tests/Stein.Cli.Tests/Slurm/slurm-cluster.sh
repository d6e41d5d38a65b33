#!/usr/bin/env bash
# A Slurm cluster of one node on loopback ports, for tests:
#   slurm-cluster.sh FOLDER CONTROLLER_PORT NODE_PORT MAX_ARRAY_SIZE
# Prints "ready" once jobs run (or "missing COMMAND" where Slurm is not installed), then waits for the end of its standard input,
# which comes even when the test that holds the other end is killed. Then it stops everything and removes FOLDER, which is its own.
# No root, no systemd, no cgroups, no database, nothing from /etc.
set -u

folder=$1 controller_port=$2 node_port=$3 max_array_size=$4
# Where an ordinary user's PATH lacks the daemons.
PATH=$PATH:/usr/sbin:/sbin
for command in munged slurmctld slurmd sbatch squeue scontrol scancel sinfo; do
  command -v "$command" >/dev/null || { echo "missing $command"; rm -rf "$folder"; exit 0; }
done

daemons=()
stop() {
  trap '' INT TERM
  timeout 5 scancel --user="$(id -un)" 2>/dev/null
  for _ in $(seq 50); do
    [ -z "$(timeout 5 squeue --noheader 2>/dev/null)" ] && break
    sleep 0.1
  done
  # The reverse of the order of the start: each needs those before it to say goodbye.
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    kill -TERM "${daemons[i]}" 2>/dev/null
    wait "${daemons[i]}" 2>/dev/null
  done
  # What the daemons left: jobs and their keepers, known by this cluster's configuration in their environment.
  grep --files-with-matches --null-data --line-regexp --fixed-strings "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ 2>/dev/null |
    cut -d / -f 3 | while read -r process; do kill -KILL "$process" 2>/dev/null; done
  rm -rf "$folder"
}

fail() {
  echo "failed"
  echo "error: $1" >&2
  tail --verbose --lines=40 "$folder"/log/* >&2
  stop
  exit 1
}

user=$(id -un)
node=$(uname -n | cut -d . -f 1)
mkdir -p "$folder"/{log,munge,spool,state}
chmod 755 "$folder" "$folder"/{log,munge,spool,state}
(umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")

# cred_expire decides how long a requeued job waits. MinJobAge: a finished job can still be requeued.
cat >"$folder/slurm.conf" <<CONFIGURATION
ClusterName=stein
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$controller_port
SlurmdPort=$node_port
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
MailProg=/bin/true
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=2
MinJobAge=300
MaxArraySize=$max_array_size
NodeName=$node NodeAddr=127.0.0.1 Port=$node_port CPUs=8 RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONFIGURATION
# The plugin is loaded though nothing here uses it: since 23.02 it can be switched off, and before that the first version needs nothing.
major=$(slurmd -V | tr -dc '0-9.' | cut -d . -f 1)
if [ "$major" -ge 23 ]; then plugin=disabled; else plugin=cgroup/v1; fi
echo "CgroupPlugin=$plugin" >"$folder/cgroup.conf"
export SLURM_CONF=$folder/slurm.conf

trap 'stop; exit 143' INT TERM
munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
  --log-file="$folder/log/munged.log" --seed-file="$folder/munge/seed" </dev/null >"$folder/log/munged.out" 2>&1 &
daemons+=($!)
for _ in $(seq 100); do
  [ -S "$folder/munge/socket" ] && break
  sleep 0.05
done
slurmctld -D </dev/null >"$folder/log/slurmctld.out" 2>&1 &
daemons+=($!)
slurmd -D </dev/null >"$folder/log/slurmd.out" 2>&1 &
daemons+=($!)

for _ in $(seq 200); do
  for daemon in "${daemons[@]}"; do
    kill -0 "$daemon" 2>/dev/null || fail "a daemon ended"
  done
  if [ "$(timeout 5 sinfo --noheader --format=%T 2>/dev/null)" = idle ]; then
    echo "ready"
    read -r _
    stop
    exit 0
  fi
  sleep 0.1
done
fail "the node is not ready after 20 s"
