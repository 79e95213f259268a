"""The Parquet data set: what pandas, DuckDB and Spark find in it."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import clip
import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

import pyarrow.parquet as pq
from batches import job, run

from mirror.batch.parquet_tables import SCHEMAS, ParquetTables
from mirror.core.label_set import label_set
from mirror.core.settings import load
from pipeline.sources import Footage


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    clip.write_film(folder / "man.mp4", clip.man(4, height=240))
    settings = load(flags={"parser.workers": 1, "parser.quality": "fast"})
    run(job(folder / "man.mp4", output=folder / "out", settings=settings))
    return folder / "out"


def lines(made: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (made / "man.jsonl").read_text().splitlines()[1:]]


def rows(made: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(str(made / "tables" / table)).to_pylist()
    return found


def test_every_table_has_the_columns_that_the_reference_promises(made: Path) -> None:
    for name, schema in SCHEMAS.items():
        assert pq.read_table(str(made / "tables" / name)).schema.equals(schema)


def test_people_and_areas_are_those_of_the_result_lines(made: Path) -> None:
    people = rows(made, "people")
    said = [(line, person) for line in lines(made) for person in line["people"]]
    assert people
    assert [(one["frame"], one["person"], one["pts"]) for one in people] == [
        (line["frame"], person["id"], line["pts"]) for line, person in said
    ]
    first, (_, person) = people[0], said[0]
    assert [first[edge] for edge in ("x0", "y0", "x1", "y1")] == pytest.approx(person["box"])
    assert dict(first["angles"]) == pytest.approx(person["angles"])
    areas = {(one["frame"], one["part"]): one["pixels"] for one in rows(made, "areas")}
    assert areas == {
        (line["frame"], part): n for line in lines(made) for part, n in line["areas"].items()
    }


def test_landmarks_are_those_of_the_result_lines(made: Path) -> None:
    marks = rows(made, "landmarks")
    said = [mark for line in lines(made) for one in line["people"] for mark in one["landmarks"]]
    assert len(marks) == len(said)
    assert marks[5]["landmark"] == said[5]["name"]
    assert [marks[5][key] for key in ("x", "y", "score")] == pytest.approx(
        [said[5][key] for key in ("x", "y", "score")]
    )
    assert [marks[5][f"world_{axis}"] for axis in "xyz"] == pytest.approx(said[5]["world"])


def test_duckdb_reads_the_whole_set(made: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs pip install duckdb")
    found = duckdb.sql(
        f"select clip, person, count(*) from '{made}/tables/people/*.parquet' group by all"
    ).fetchall()
    assert found == [("man.mp4", 1, 4)]


class _Counted:
    """A coach that has seen what a test says."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said

    def report(self) -> _Counted:
        return self

    def as_json(self) -> dict[str, Any]:
        return self._said


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the tables of a clip in which two of three people did squats."""
    one = {"start": 0.0, "far": 1.0, "end": 2.0, "range": 80.0, "tempo": [1.0, 0.1, 0.9]}
    fault = {"name": "shallow", "severity": "major", "value": 100.0, "at": 1.0}
    one |= {"side": "both", "quality": 0.9, "complete": True, "faults": [fault]}
    done = {"exercise": "squat", "confidence": 0.9, "held_s": 0.0}
    people = [
        {"id": 1, **done, "repetitions": [one, one]},
        {"id": 2, "exercise": None, "repetitions": [], "held_s": 0.0},
        {"id": 3, **done, "repetitions": [one]},
    ]
    footage = Footage(48, 64, Fraction(1, 30), Fraction(30), 3)
    coach: Any = _Counted({"exercise": "squat", "people": people})
    folder = tmp_path_factory.mktemp("counted")
    tables = ParquetTables(folder, "a.mp4", "built-in", label_set("built-in"), footage, coach)
    tables.close()
    return folder


SQUATS = "select clip, person, count(*) from {} where exercise = 'squat' group by all order by all"


def test_squats_per_person_are_a_query(counted: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs pip install duckdb")
    file = counted / "repetitions.parquet"
    assert duckdb.sql(SQUATS.format(f"'{file}'")).fetchall() == [("a.mp4", 1, 2), ("a.mp4", 3, 1)]
    (faults,) = duckdb.sql(f"select distinct faults[1].name from '{file}'").fetchall()
    assert faults == ("shallow",)


def test_pandas_reads_the_whole_set(made: Path, counted: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="needs pip install pandas")
    for name, schema in SCHEMAS.items():
        assert list(pandas.read_parquet(made / "tables" / name).columns) == schema.names
    people = pandas.read_parquet(made / "tables/people")
    assert people["angles"].map(dict).tolist() == [
        dict(one["angles"]) for one in rows(made, "people")
    ]
    repetitions = pandas.read_parquet(counted / "repetitions.parquet")
    assert repetitions.groupby(["clip", "person"]).size().to_dict() == {
        ("a.mp4", 1): 2,
        ("a.mp4", 3): 1,
    }
    assert repetitions["faults"][0][0]["name"] == "shallow"


# a process of its own: Spark leaves threads running that talk to Java
SPARK = """
import json, sys
from pyspark.sql import SparkSession

made, counted, squats, *tables = sys.argv[1:]
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
people = spark.read.parquet(f"{made}/tables/people").orderBy("frame").collect()
repetitions = spark.read.parquet(counted)
print(json.dumps({
    "columns": {name: spark.read.parquet(f"{made}/tables/{name}").columns for name in tables},
    "angles": [one["angles"] for one in people],
    "squats": spark.sql(squats.format(f"parquet.`{counted}`")).collect(),
    "fault": repetitions.first()["faults"][0]["name"],
}))
"""


@pytest.mark.slow  # Java takes five seconds to begin
def test_spark_reads_the_whole_set(made: Path, counted: Path) -> None:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("needs pip install pyspark, and apt-get install default-jre-headless")
    words = [str(made), str(counted / "repetitions.parquet"), SQUATS, *SCHEMAS]
    done = subprocess.run(
        [sys.executable, "-c", SPARK, *words], stdout=subprocess.PIPE, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "columns": {name: schema.names for name, schema in SCHEMAS.items()},
        "angles": [dict(one["angles"]) for one in rows(made, "people")],
        "squats": [["a.mp4", 1, 2], ["a.mp4", 3, 1]],
        "fault": "shallow",
    }
