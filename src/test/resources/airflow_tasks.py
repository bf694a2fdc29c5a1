"""Executes the DAG files given as arguments, without Airflow, and prints their tasks as JSON."""

import json
import runpy
import sys
import types
from datetime import datetime, timedelta

tasks = []


class Dag:
    current = None

    def __init__(self, dag_id, **options):
        self.dag_id, self.options = dag_id, options

    def __enter__(self):
        Dag.current = self
        return self

    def __exit__(self, *_):
        Dag.current = None


class Operator:
    def __init__(self, **options):
        tasks.append({"dag": Dag.current.dag_id, "operator": type(self).__name__, "options": options})

    def __rshift__(self, other):
        return other


class Variable:
    @staticmethod
    def get(name, default_var):
        return default_var


def module(name, **content):
    parts = name.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    vars(sys.modules[name]).update(content)


def operator(name):
    return type(name, (Operator,), {})


module("airflow", DAG=Dag)
module("airflow.models", Variable=Variable)
module(
    "airflow.providers.apache.spark.operators.spark_submit",
    SparkSubmitOperator=operator("SparkSubmitOperator"),
)
module(
    "airflow.providers.amazon.aws.operators.emr",
    EmrAddStepsOperator=operator("EmrAddStepsOperator"),
    EmrServerlessStartJobOperator=operator("EmrServerlessStartJobOperator"),
)
module(
    "airflow.providers.google.cloud.operators.dataproc",
    DataprocCreateBatchOperator=operator("DataprocCreateBatchOperator"),
)

for file in sys.argv[1:]:
    runpy.run_path(file)


def plain(value):
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value))


print(json.dumps(tasks, default=plain))
