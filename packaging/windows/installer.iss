; Inno Setup script: iscc /DVERSION=0.2.0 packaging\windows\installer.iss after the bundle was made. Not yet run.
#ifndef VERSION
  #error Say the version: iscc /DVERSION=x.y.z
#endif
[Setup]
AppId={{7B6E5B64-3D0C-4C60-9C6E-1E5E6D2C5B11}
AppName=Motion Patches Studio
AppVersion={#VERSION}
DefaultDirName={autopf}\Motion Patches Studio
DefaultGroupName=Motion Patches Studio
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
OutputDir=..\..\dist
OutputBaseFilename=motionpatches-studio-{#VERSION}-setup
SetupIconFile=..\icons\icon.ico
UninstallDisplayIcon={app}\motionpatches.exe
ChangesAssociations=yes
Compression=lzma2
SolidCompression=yes
LicenseFile=..\..\LICENSE
[Files]
Source: "..\..\dist\motionpatches\*"; DestDir: "{app}"; Flags: recursesubdirs
[Icons]
Name: "{group}\Motion Patches Studio"; Filename: "{app}\motionpatches.exe"
[Registry]
Root: HKA; Subkey: "Software\Classes\.bvh\OpenWithProgids"; ValueType: string; ValueName: "MotionPatchesStudio.bvh"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\MotionPatchesStudio.bvh"; ValueType: string; ValueData: "BVH motion capture"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\MotionPatchesStudio.bvh\shell\open\command"; ValueType: string; ValueData: """{app}\motionpatches.exe"" ""%1"""
[Run]
Filename: "{app}\motionpatches.exe"; Description: "Open the studio"; Flags: nowait postinstall skipifsilent
