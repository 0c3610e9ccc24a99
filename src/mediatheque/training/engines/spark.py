"""Fitting on Spark, on this machine or on a cluster: its ALS, whose vectors serve as those of `ials` do.

The matrix goes to Spark as Parquet, by numbers of rows and columns: who somebody is stays in the library. What comes
back are the items' vectors. Spark minimises the loss "hu" of `recommend/models/ials.py`, divided by alpha0.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.recommend.models import Arrays, ials, popularity
from mediatheque.training import candidates, fitting
from mediatheque.training.candidates import Recipe
from mediatheque.training.engines import Means
from mediatheque.training.engines._java import Java, find_java
from mediatheque.training.engines._session import is_local, quiet_about_pandas, session
from mediatheque.training.fitting._factors import arrays_of, confidences_of, weighed
from mediatheque.training.interactions import Interactions

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALSModel
    from pyspark.sql import DataFrame, SparkSession

#: Chosen on validation users of MovieLens-1M; `nu` must be 1, because Spark's regularisation grows with the count.
USUAL = ials.Config(alpha0=0.5, reg=0.05, row_exponent=0.5, item_exponent=0.3, epochs=10, loss="hu")
#: A file of Parquet is written in pieces of so many entries, and the work is parted in blocks of no more.
ROWS_AT_A_TIME, ENTRIES_PER_BLOCK = 1_000_000, 5_000_000
#: Spark remembers how it came to every vector until they are written down; after ten iterations Java's stack overflowed.
ITERATIONS_AT_A_TIME = 3
ENTRIES = "entries.parquet"


class Spark:
    """A session that begins with the first model that Spark fits."""

    def __init__(self, means: Means, java: Java, scratch: Path, end: ExitStack) -> None:
        self._means, self._java, self._scratch, self._end = means, java, scratch, end
        self._session: SparkSession | None = None

    def candidates(self, n_users: int, n_items: int) -> tuple[list[Recipe], list[str]]:
        """Spark's ALS, and popularity to hold it against and to mix in."""
        config = replace(USUAL, dimensions=candidates.dimensions_for(n_users))
        return [
            Recipe("popularity", "popularity", popularity.Config()),
            Recipe("spark-als", "ials", config),
        ], []

    def models(self, n_users: int, n_items: int) -> Collection[str]:
        """What can be fitted on this machine too: a champion of its own is compared with."""
        return {one.model for one in candidates.singles(n_users, n_items)[0]} | {"ials"}

    def fit(self, recipe: Recipe, seen: Interactions) -> Arrays:
        """By Spark what is its ALS, everything else here."""
        config = recipe.config
        if recipe.model != "ials" or config.loss != "hu" or config.nu != 1:
            return fitting.fit(recipe.model, seen, config, threads=self._means.threads)
        confidences = confidences_of(seen, config)
        with self.learned(weighed(seen, config, confidences), config) as model:
            vectors = vectors_of(model.itemFactors, seen.n_items, config.dimensions)
        return arrays_of(vectors, seen, config, confidences)

    @contextmanager
    def learned(self, entries: Interactions, config: ials.Config) -> Generator[ALSModel]:
        """Spark's model of entries weighed by confidence, as long as what it was told is there."""
        spark = self._opened(len(entries))
        with quiet_about_pandas():
            from pyspark.ml.recommendation import ALS
        blocks = max(spark.sparkContext.defaultParallelism, -(-len(entries) // ENTRIES_PER_BLOCK))
        als = ALS(
            rank=config.dimensions,
            maxIter=config.epochs,
            regParam=config.reg / config.alpha0,
            alpha=1 / config.alpha0,
            implicitPrefs=True,
            userCol="user",
            itemCol="item",
            ratingCol="confidence",
            seed=config.seed,
            numUserBlocks=blocks,
            numItemBlocks=blocks,
            checkpointInterval=ITERATIONS_AT_A_TIME,
        )
        with _failures(), self._told(spark, entries) as folder:
            spark.sparkContext.setCheckpointDir(f"{folder}/checkpoints")
            yield als.fit(spark.read.parquet(f"{folder}/{ENTRIES}"))

    def _opened(self, entries: int) -> SparkSession:
        if self._session is None:
            opening = session(self._means.master, self._java, self._scratch, entries)
            self._session = self._end.enter_context(opening)
        return self._session

    @contextmanager
    def _told(self, spark: SparkSession, entries: Interactions) -> Generator[str]:
        """The address of a folder with the entries as Parquet that all of Spark can read, no longer than needed."""
        root = self._means.data_url or self._scratch.as_uri()
        address = f"{root.rstrip('/')}/mediatheque-{uuid.uuid4().hex}"
        # Through Hadoop, so that the address and its credentials are those that the executors use.
        path = cast(Any, spark)._jvm.org.apache.hadoop.fs.Path
        folder = path(address)
        files = folder.getFileSystem(cast(Any, spark)._jsc.hadoopConfiguration())
        here = self._scratch / ENTRIES
        write_parquet(entries, here)
        try:
            files.mkdirs(folder)
            files.copyFromLocalFile(True, True, path(here.as_uri()), path(f"{address}/{ENTRIES}"))
            yield address
        finally:
            # Where Spark itself has ended there is nobody left to ask, and its own failure says more.
            with suppress(Exception):
                files.delete(folder, True)


@contextmanager
def opened(means: Means) -> Generator[Spark]:
    """Raises Unavailable without PySpark or a Java for it; Invalid for a cluster without a folder for all of it."""
    missing = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"Training on Spark needs {' and '.join(missing)}; get it with: pip install 'mediatheque[spark]'"
        )
    if means.data_url is None and not is_local(means.master):
        raise Invalid(
            f"The executors of {means.master} cannot read this machine's files; name a folder that all of them can, "
            "with --data-url hdfs://… or s3a://… (or a path that is shared: file:///mnt/…)"
        )
    java = find_java()
    with TemporaryDirectory(prefix="mediatheque-spark-") as scratch, ExitStack() as end:
        yield Spark(means, java, Path(scratch), end)


def write_parquet(entries: Interactions, path: Path) -> None:
    """The entries as columns user, item, confidence; a piece at a time, so that no second matrix is held."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("user", pa.int32()), ("item", pa.int32()), ("confidence", pa.float32())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, len(entries), ROWS_AT_A_TIME):
            piece = slice(start, min(start + ROWS_AT_A_TIME, len(entries)))
            rows = np.arange(piece.start, piece.stop)
            users = np.searchsorted(entries.starts, rows, side="right") - 1
            columns = [users.astype(np.int32), entries.items[piece], entries.weights[piece]]
            writer.write_table(pa.table(dict(zip(schema.names, columns, strict=True)), schema))


def vectors_of(factors: DataFrame, n: int, dimensions: int) -> npt.NDArray[np.float32]:
    """Spark's table of vectors as an array (n, dimensions); who has none gets zeros."""
    table = factors.toArrow()
    found = np.zeros((n, dimensions), np.float32)
    values = table["features"].combine_chunks().flatten().to_numpy()
    found[table["id"].to_numpy()] = values.reshape(-1, dimensions)
    return found


@contextmanager
def _failures() -> Generator[None]:
    """What Spark complains about, in one line."""
    from py4j.protocol import Py4JError, Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except Py4JJavaError as error:
        raise Unavailable(f"Spark failed: {_first_line(error.java_exception.toString())}") from error
    except PySparkException as error:
        raise Unavailable(f"Spark failed: {_first_line(str(error))}") from error
    except (Py4JError, ConnectionError) as error:
        raise Unavailable(
            f"Spark ended while it trained ({_first_line(str(error))}); it may have had too little memory"
        ) from error


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
