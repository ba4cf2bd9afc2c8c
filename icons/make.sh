#!/usr/bin/env bash
# Draws the icon files from turnstone.svg. Needs the Tauri CLI: `npm ci` at the root first.
set -euo pipefail
cd "$(dirname "$0")/.."
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
npx tauri icon icons/turnstone.svg --output "$made"
for name in 32x32.png 128x128.png 128x128@2x.png icon.png icon.ico icon.icns; do
    cp "$made/$name" "icons/$name"
done
