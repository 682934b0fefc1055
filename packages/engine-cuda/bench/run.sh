#!/usr/bin/env bash
# Unpacks what carry.mjs has packed, once, and runs the bench: bash run.sh [options of npm run bench:gpu]. Takes bash and tar with xz, or Python.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
payload=$here/payload
if [ ! -e "$payload/unpacked" ]; then
  if command -v xz >/dev/null && command -v tar >/dev/null; then
    tar -xJf "$here/payload.tar.xz" -C "$here"
  elif command -v python3 >/dev/null; then
    python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1], "r:xz").extractall(sys.argv[2])' "$here/payload.tar.xz" "$here"
  else
    echo "To unpack $here/payload.tar.xz takes tar with xz, or python3: this machine has neither." >&2
    exit 2
  fi
  : >"$payload/unpacked"
fi

path=${LD_LIBRARY_PATH:-}
add() { path=${path:+$path:}$1; }
# Where containers have the driver when the loader does not know of it.
for folder in /usr/local/nvidia/lib64 /usr/lib/wsl/lib; do
  if [ -d "$folder" ]; then add "$folder"; fi
done
known=$(/sbin/ldconfig -p 2>/dev/null || true)
case $known in *libvulkan.so.1*) ;; *) add "$payload/lib" ;; esac
"$payload/node" --version >/dev/null 2>&1 || add "$payload/lib-cxx"
export LD_LIBRARY_PATH=$path

icd=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && [ -e "$icd" ]; then export VK_DRIVER_FILES=$icd; fi

COLLAPSAR_COMMIT=$(<"$payload/commit")
export COLLAPSAR_COMMIT
exec "$payload/node" "$payload/packages/engine-cuda/bench/main.mjs" "$@"
