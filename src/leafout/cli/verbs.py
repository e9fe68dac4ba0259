"""Every verb, in the order of work: where it lives and one line of help. Importing this imports no verb."""

from typing import NamedTuple

from leafout.core.verbs import STAGES


class Verb(NamedTuple):
    """A line of `leafout --help`; `target` is imported only when the verb is called."""

    group: str
    target: str
    help: str


_HELP = {
    "collect": "files of any usual format become documents and rows",
    "clean": "keep the documents worth learning from, with a reason for each refusal",
    "split": "train, val and test; no near-duplicate crosses",
    "tokenize": "a tokenizer and packed token shards",
    "pretrain": "a BERT or GPT from random weights, or further from a given model",
    "finetune": "a model for a task, from a model and labelled rows",
    "compress": "fewer layers, taught by the full model",
    "export": "a candidate release with its parity certificate",
    "evaluate": "the exam of a release, beside a linear floor",
}

VERBS: dict[str, Verb] = {
    "init": Verb("a chain", "leafout.cli.init:init", "write a commented chain file for a task"),
    "plan": Verb("a chain", "leafout.cli.plan:plan", "what a run would do, why, and for how long"),
    "run": Verb("a chain", "leafout.cli.run:run", "run a chain; what is there is not made again"),
    **{
        name: Verb("one stage alone", "leafout.cli.stage_verb:stage_verb", text)
        for name, text in _HELP.items()
        if name in STAGES
    },
    "serve": Verb("in service", "leafout.cli.serve:serve", "answer over HTTP with releases that passed their exam"),
    "predict": Verb("in service", "leafout.cli.predict:predict", "files in, answers out"),
    "monitor": Verb("in service", "leafout.cli.monitor:monitor", "figures and drift of a service, from its log"),
    "update": Verb("in service", "leafout.cli.update:update", "run what changed, then promote or keep"),
    "promote": Verb("in service", "leafout.cli.promote:promote", "let a release serve a slot"),
    "rollback": Verb("in service", "leafout.cli.rollback:rollback", "let the former release serve again"),
    "show": Verb("looking", "leafout.cli.show:show", "what an artifact, a chain or a store holds"),
    "diff": Verb("looking", "leafout.cli.diff:diff", "what differs between two artifacts, and what came of it"),
    "trace": Verb("looking", "leafout.cli.trace:trace", "from an answer or a model back to its documents"),
    "report": Verb("looking", "leafout.cli.report:report", "one HTML file about a chain"),
    "card": Verb("looking", "leafout.cli.card:card", "the data card of documents: what they are, and their whole way"),
    "doctor": Verb("housekeeping", "leafout.cli.doctor:doctor", "this machine, this installation, and the store"),
    "gc": Verb("housekeeping", "leafout.cli.gc:gc", "remove what no chain and no release needs"),
}


def help_text() -> str:
    """What `leafout --help` prints."""
    lines = ["usage: leafout VERB [...]      leafout VERB --help", ""]
    lines += ["From raw text to a language model in service, kept alive there.", ""]
    group = ""
    for name, verb in VERBS.items():
        if verb.group != group:
            lines += ([""] if group else []) + [f"{verb.group}:"]
            group = verb.group
        lines.append(f"  {name:<10} {verb.help}")
    lines += ["", "options:", "  --version  the version, and nothing else", "  --help     this text", ""]
    lines += ["`leafout init classify`, then `leafout run chain.yaml`, is a good beginning."]
    return "\n".join(lines)
