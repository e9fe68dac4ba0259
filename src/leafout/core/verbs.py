"""The verbs that are stages, in the order of work, and where each lives. Imports nothing, so that help is fast."""

STAGES = {
    "collect": "leafout.stages.collect:collect",
    "clean": "leafout.stages.clean:clean",
    "split": "leafout.stages.split:split",
    "tokenize": "leafout.stages.tokenize:tokenize",
    "pretrain": "leafout.stages.pretrain:pretrain",
    "finetune": "leafout.stages.finetune:finetune",
    "compress": "leafout.stages.compress:compress",
    "export": "leafout.stages.export:export",
    "evaluate": "leafout.stages.evaluate:evaluate",
    "monitor": "leafout.stages.monitor:monitor",
    "update": "leafout.stages.update:update",
}

IN_PROCESSES = {STAGES["pretrain"], STAGES["finetune"]}
"""Stages that several processes can do together; see `leafout.training.starting`."""
