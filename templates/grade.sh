#!/bin/sh
# grade.sh REPOSITORY EXERCISE STUDENT FOLDER NAME [OPTION…]: run by every job that grades a repository, on every forge.
#
# Results are FOLDER/EXERCISE/NAME.json and .xml, beside FOLDER/metrics.txt, FOLDER/code-quality.json and
# FOLDER/signature.json. The options are those of `grader repo`. Exit code: that of `grader repo`.
#
# Results and workspaces go to new folders, never to one that is in the repository; anything in place of the
# artifacts is removed. Workspaces are beside the checkout, below /builds, which the job and the docker service share
# under the same path. An engine of the job's own has them in the builds folder: its sockets need short names, and the
# temporary folder of a container is no place for layers.
# `rm` says nothing: it would name the student's files in the log, below the mark.
repository=$1 exercise=$2 student=$3 folder=$4 name=$5
shift 5
rm -rf results 2> /dev/null
machine="--machine ${DOCKER_HOST:-local}" place="$PWD."
case " $* " in *" --engine "*) machine="" place="${CI_BUILDS_DIR:-${TMPDIR:-/tmp}}/" ;; esac
out=$(mktemp -d) && workspaces=$(mktemp -d "${place}grader-XXXXXX") && chmod 711 "$workspaces" || exit 4
code=0
# shellcheck disable=SC2086 # two words, or none
grader repo "$repository" --exercise "$(dirname "$0")/../exercises/$exercise" --student "$student" $machine \
  --areas "$workspaces" --results "$out" --disposable "$@" || code=$?
rm -rf results "$workspaces" 2> /dev/null
mkdir -p "$folder/$exercise"
{
  for kind in json xml; do
    set -- "$out/$exercise"/*."$kind"
    # The files of a team have the names of its students.
    if [ $# -gt 1 ]; then mv "$@" "$folder/$exercise"; else mv "$1" "$folder/$exercise/$name.$kind"; fi
  done
  mv "$out/metrics.txt" "$folder"
  mv "$out/code-quality.json" "$folder"
  mv "$out/signature.json" "$folder"
} 2> /dev/null
exit "$code"
