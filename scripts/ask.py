"""Ask a running service: `ask.py ADDRESS SLOT TEXT [SLOT TEXT ...]`; prints each answer."""

import json
import sys
import urllib.request


def main() -> None:
    """Post each text to `/v1/classify` and print text, label and confidence."""
    address, *words = sys.argv[1:]
    for slot, text in zip(words[::2], words[1::2], strict=True):
        body = json.dumps({"model": slot, "text": text}).encode()
        request = urllib.request.Request(f"{address}/v1/classify", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            (answer,) = json.load(response)["answers"]
        print(f"{slot:10} {answer['label']} ({answer['confidence']:.2f})   {text}")


if __name__ == "__main__":
    main()
