"""Nomen through spark-submit: the cluster is Airflow's connection spark_default."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

import nomen_commands as nomen

STORE = Variable.get("nomen_store", default_var="s3a://BUCKET")
START = datetime(2026, 1, 1)


def submit(task_id, command):
    return SparkSubmitOperator(
        task_id=task_id,
        name=f"nomen-{task_id}",
        java_class="io.nomen.cli.Main",
        application=f"{STORE}/nomen/nomen.jar",
        application_args=command,
        conf=nomen.settings(),
        **nomen.RETRIES,
    )


with DAG("nomen_daily", schedule="@daily", start_date=START, catchup=False, max_active_runs=1):
    submit("encode", nomen.daily_encode(STORE)) >> submit("assign", nomen.daily_assign(STORE))

with DAG("nomen_weekly", schedule=nomen.MONDAYS, start_date=START, catchup=False, max_active_runs=1):
    submit("cluster", nomen.weekly(STORE))
