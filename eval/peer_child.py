"""One peer, timed in a process and an environment of its own: ``python peer_child.py NAME MODEL IN OUT FOLDER``.

IN is JSON with ``passages`` and ``questions``; OUT gets the seconds of indexing into a persisted index and of each
query, and what was found. Each peer is called as its own guide does, with its defaults. It runs where only the peer
and what it needs is installed, so it imports nothing of ours, and the peers by name.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

_TOP = 10

Search = Callable[[str], list[str]]
# Indexes the passages, leaves the index on disk in the folder, and returns what searches it.
Ingest = Callable[[Sequence[str], Path], Search]


def haystack(model: str) -> Ingest:
    """Return Haystack's in-memory store, saved as JSON, as it has no other without a server."""
    embedders = import_module("haystack_integrations.components.embedders.sentence_transformers")
    documents, texts = embedders.SentenceTransformersDocumentEmbedder, embedders.SentenceTransformersTextEmbedder
    store_type = import_module("haystack.document_stores.in_memory").InMemoryDocumentStore
    retriever_type = import_module("haystack.components.retrievers.in_memory").InMemoryEmbeddingRetriever
    document_type = import_module("haystack").Document
    document_embedder = documents(model=model, progress_bar=False)
    text_embedder = texts(model=model, progress_bar=False)
    for embedder in (document_embedder, text_embedder):
        embedder.warm_up()

    def ingest(passages: Sequence[str], folder: Path) -> Search:
        store = store_type(embedding_similarity_function="cosine")
        embedded = document_embedder.run(documents=[document_type(content=text) for text in passages])
        store.write_documents(embedded["documents"])
        store.save_to_disk(str(folder / "store.json"))
        retriever = retriever_type(document_store=store, top_k=_TOP)

        def search(question: str) -> list[str]:
            vector = text_embedder.run(text=question)["embedding"]
            return [found.content for found in retriever.run(query_embedding=vector)["documents"]]

        return search

    return ingest


def langchain(model: str) -> Ingest:
    """Return LangChain's FAISS store, as its guide saves it."""
    embeddings = import_module("langchain_huggingface").HuggingFaceEmbeddings(
        model_name=model, model_kwargs={"device": "cpu"}
    )
    store_type = import_module("langchain_community.vectorstores").FAISS

    def ingest(passages: Sequence[str], folder: Path) -> Search:
        store = store_type.from_texts(list(passages), embeddings)
        store.save_local(str(folder))
        return lambda question: [found.page_content for found in store.similarity_search(question, k=_TOP)]

    return ingest


def llamaindex(model: str) -> Ingest:
    """Return LlamaIndex's own vector store, saved as JSON."""
    core = import_module("llama_index.core")
    node_type = import_module("llama_index.core.schema").TextNode
    embeddings = import_module("llama_index.embeddings.huggingface").HuggingFaceEmbedding(
        model_name=model, device="cpu"
    )

    def ingest(passages: Sequence[str], folder: Path) -> Search:
        index = core.VectorStoreIndex([node_type(text=text) for text in passages], embed_model=embeddings)
        index.storage_context.persist(str(folder))
        retriever = index.as_retriever(similarity_top_k=_TOP)
        return lambda question: [found.node.get_content() for found in retriever.retrieve(question)]

    return ingest


def txtai(model: str) -> Ingest:
    """Return txtai's FAISS index with its texts in SQLite."""
    embeddings_type = import_module("txtai").Embeddings

    def ingest(passages: Sequence[str], folder: Path) -> Search:
        embeddings = embeddings_type(path=model, content=True, gpu=False)
        embeddings.index(passages)
        embeddings.save(str(folder))
        return lambda question: [found["text"] for found in embeddings.search(question, _TOP)]

    return ingest


PEERS: dict[str, tuple[Callable[[str], Ingest], str]] = {
    "haystack": (haystack, "haystack-ai"),
    "langchain": (langchain, "langchain-core"),
    "llamaindex": (llamaindex, "llama-index-core"),
    "txtai": (txtai, "txtai"),
}


def main() -> None:
    """Index once after a warm-up on a few passages, then time each question once."""
    name, model, given, out, folder = sys.argv[1:]
    task = json.loads(Path(given).read_text(encoding="utf-8"))
    make, package = PEERS[name]
    ingest = make(model)
    for place in ("warm", "timed"):
        (Path(folder) / place).mkdir(parents=True, exist_ok=True)
    ingest(task["passages"][:64], Path(folder) / "warm")(task["questions"][0])
    started = time.perf_counter()
    search = ingest(task["passages"], Path(folder) / "timed")
    seconds = time.perf_counter() - started
    search(task["questions"][0])
    queries, found = [], []
    for question in task["questions"]:
        started = time.perf_counter()
        found.append(search(question))
        queries.append(time.perf_counter() - started)
    result = {"version": version(package), "ingest": seconds, "queries": queries, "found": found}
    Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
