"""What the systems are made of, found or built once."""
import os
import shutil
import subprocess

from systems import HERE


class Place:
    """Where things are, and why something is not."""

    def __init__(self, build):
        self.build = build
        self.go = build / "peers-go"
        self.bad = False
        self.reasons = {}

    def missing(self, tool):
        if tool not in self.reasons:
            self.reasons[tool] = self.build_go() if tool.startswith("go:") else None
            if not tool.startswith("go:") and shutil.which(tool) is None:
                self.reasons[tool] = f"{tool} is not on this machine"
        return self.reasons[tool]

    def build_go(self):
        if self.go.name in self.reasons:
            return self.reasons[self.go.name]
        self.reasons[self.go.name] = reason = self.go_fails()
        return reason

    def go_fails(self):
        """Modules come by name and version from the module proxy; go.sum, which is in the tree, has their digests."""
        if shutil.which("go") is None:
            return "go is not on this machine"
        self.go.mkdir(parents=True, exist_ok=True)
        built = subprocess.run(["go", "build", "-mod=readonly", "-o", f"{self.go}/", "./..."], check=False, text=True,
                               cwd=HERE / "go", env=dict(os.environ, GOTOOLCHAIN="local"), capture_output=True)
        return None if built.returncode == 0 else "go build: " + " ".join(built.stderr.split())[-200:]
