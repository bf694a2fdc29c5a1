"""Nomen as Dataproc Serverless batches."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.providers.google.cloud.operators.dataproc import DataprocCreateBatchOperator

import nomen_commands as nomen

STORE = Variable.get("nomen_store", default_var="gs://BUCKET")
PROJECT = Variable.get("nomen_project", default_var="PROJECT")
REGION = Variable.get("nomen_region", default_var="europe-west1")
START = datetime(2026, 1, 1)


def batch(task_id, command):
    return DataprocCreateBatchOperator(
        task_id=task_id,
        project_id=PROJECT,
        region=REGION,
        # A batch's id can be used once: every try has its own, and goes on where the last one ended.
        batch_id=f"nomen-{task_id}-{{{{ ds_nodash }}}}-{{{{ task_instance.try_number }}}}",
        batch={
            "spark_batch": {
                "main_class": "io.nomen.cli.Main",
                "jar_file_uris": [f"{STORE}/nomen/nomen.jar"],
                "args": command,
            },
            "runtime_config": {
                # Spark 3.5 for Scala 2.12, as the jar is; 2.2 is the same for Scala 2.13.
                "version": "1.2",
                "properties": {**nomen.settings(), "spark.executor.cores": "8", "spark.driver.cores": "8"},
            },
        },
        **nomen.RETRIES,
    )


with DAG(
    "nomen_dataproc_daily", schedule="@daily", start_date=START, catchup=False, max_active_runs=1
):
    batch("encode", nomen.daily_encode(STORE)) >> batch("assign", nomen.daily_assign(STORE))

with DAG(
    "nomen_dataproc_weekly", schedule=nomen.MONDAYS, start_date=START, catchup=False, max_active_runs=1
):
    batch("cluster", nomen.weekly(STORE))
