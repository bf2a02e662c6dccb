"""The one version number: of the package, the About box, `motionpatches info`, bundles and reports."""

VERSION = "0.2.0"
