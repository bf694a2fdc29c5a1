"""Nomen on EMR Serverless, which has no GPUs."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.providers.amazon.aws.operators.emr import EmrServerlessStartJobOperator

import nomen_commands as nomen

STORE = Variable.get("nomen_store", default_var="s3://BUCKET")
APPLICATION = Variable.get("nomen_emr_application", default_var="APPLICATION")
ROLE = Variable.get("nomen_emr_role", default_var="ROLE")
START = datetime(2026, 1, 1)
SIZE = " ".join(
    f"--conf {setting}"
    for setting in [
        "spark.driver.cores=4",
        "spark.driver.memory=16g",
        "spark.executor.cores=4",
        "spark.executor.memory=16g",
        "spark.emr-serverless.executor.disk=50g",
    ]
)


def start(task_id, command):
    return EmrServerlessStartJobOperator(
        task_id=task_id,
        name=f"nomen-{task_id}",
        application_id=APPLICATION,
        execution_role_arn=ROLE,
        job_driver={
            "sparkSubmit": {
                "entryPoint": f"{STORE}/nomen/nomen.jar",
                "entryPointArguments": command,
                "sparkSubmitParameters": f"--class io.nomen.cli.Main {SIZE}",
            }
        },
        configuration_overrides={
            "applicationConfiguration": [
                {"classification": "spark-defaults", "properties": nomen.settings()}
            ]
        },
        # Its own measure is 25 minutes, after which it cancels the job.
        waiter_delay=60,
        waiter_max_attempts=24 * 60,
        **nomen.RETRIES,
    )


with DAG(
    "nomen_emr_serverless_daily", schedule="@daily", start_date=START, catchup=False, max_active_runs=1
):
    start("encode", nomen.daily_encode(STORE)) >> start("assign", nomen.daily_assign(STORE))

with DAG(
    "nomen_emr_serverless_weekly", schedule=nomen.MONDAYS, start_date=START, catchup=False, max_active_runs=1
):
    start("cluster", nomen.weekly(STORE))
