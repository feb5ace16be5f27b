#!/usr/bin/env python3
# Copies the messages out of omaha-client's own tests, each into a file: vectors.py CRATE INTO
# SPDX-License-Identifier: Apache-2.0
import pathlib
import re
import sys


def tests_of(source):
    """Each test's name and text."""
    parts = re.split(r"^fn (\w+)\(\) \{$", source, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2])


def main(crate, into):
    count = 0
    for name, text in tests_of((crate / "src/protocol/response/tests.rs").read_text()):
        for found in re.findall(r'let json = br(#+)"(.*?)"\1;', text, flags=re.DOTALL):
            (into / f"response-{name}.json").write_text(found[1].strip())
            count += 1
    for name, text in tests_of((crate / "src/protocol/request/tests.rs").read_text()):
        for found in re.findall(r"let expected = json!\((.*?)\);", text, flags=re.DOTALL):
            (into / f"request-{name}.json").write_text(re.sub(r",(\s*[}\]])", r"\1", found.strip()))
            count += 1
    return 0 if count > 0 else "the crate's tests hold no messages where they were"


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
