#!/bin/sh
# One session on a GPU, ten minutes at most: measure, then train a candidate for the next starter in what is left.
#
#     packaging/gpu_session.sh OUT [CAPTURED]
#
# OUT       folder for the results: gpu.txt and gpu.json (python -m tests.benchmarks gpu); with CAPTURED also train.txt and the
#           candidate's folder.
# CAPTURED  folder with a folder of captured takes per source, as packaging/starter/train.py reads it. Without it nothing is
#           trained.
# PYTHON (python3), SESSION_S (600), BENCHMARK_S (240) and SCALE (0.1, the share of clips and steps of the training) are read
# from the environment. Nothing is downloaded: the training continues from the shipped model.
set -u
out=${1:?usage: packaging/gpu_session.sh OUT [CAPTURED]}
captured=${2:-}
python=${PYTHON:-python3}
end=$(($(date +%s) + ${SESSION_S:-600} - 10))
mkdir -p "$out"
out=$(cd "$out" && pwd)
[ -z "$captured" ] || captured=$(cd "$captured" && pwd) || exit 2
cd "$(dirname "$0")/.." || exit 2
export PYTHONUNBUFFERED=1 MOTIONPATCHES_HOME="${MOTIONPATCHES_HOME:-$out/home}"

# Sections end by their own budgets; 30 s more are for one that hangs.
timeout --kill-after=5 $((${BENCHMARK_S:-240} + 30)) \
    "$python" -m tests.benchmarks gpu --seconds "${BENCHMARK_S:-240}" --out "$out/gpu.json" >"$out/gpu.txt" 2>&1
echo "benchmark: exit $?" >>"$out/gpu.txt"
cat "$out/gpu.txt"

left=$((end - $(date +%s)))
if [ -z "$captured" ]; then
    echo "nothing is trained: no folder of captured takes was named"
elif [ "$left" -lt 60 ]; then
    echo "nothing is trained: $left s are left"
else
    timeout --signal=INT --kill-after=10 "$left" \
        "$python" -m motionpatches.packaging.starter.train "$out/starter" --start-from assets/starter \
        --captured "$captured" --scale "${SCALE:-0.1}" >"$out/train.txt" 2>&1
    echo "training: exit $? (124: the time was spent; finished steps are kept, and the same command continues)" >>"$out/train.txt"
    tail -5 "$out/train.txt"
fi
# A candidate or its last state is kept; generated libraries and the programs' own files are not needed any more.
rm -rf "$out/home"
find "$out" -name '*.points' -delete
