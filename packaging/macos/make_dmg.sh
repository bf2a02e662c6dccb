#!/usr/bin/env bash
# A disk image of the application bundle: packaging/macos/make_dmg.sh after the bundle was made. Not yet run.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(python3 -c "from motionpatches.core.version import VERSION; print(VERSION)")
stage=$(mktemp -d)
cp -R "dist/Motion Patches Studio.app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname "Motion Patches Studio" -srcfolder "$stage" -ov -format UDZO "dist/motionpatches-studio-$version.dmg"
