"""Nomen on a running EMR cluster, a step for each command."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator

import nomen_commands as nomen

STORE = Variable.get("nomen_store", default_var="s3://BUCKET")
CLUSTER = Variable.get("nomen_emr_cluster", default_var="CLUSTER")
START = datetime(2026, 1, 1)


def step(task_id, command):
    words = ["spark-submit", "--deploy-mode", "cluster"]
    # As --conf: a --properties-file would put EMR's own settings out of force.
    for name, value in nomen.settings().items():
        words += ["--conf", f"{name}={value}"]
    words += ["--class", "io.nomen.cli.Main", f"{STORE}/nomen/nomen.jar", *command]
    return EmrAddStepsOperator(
        task_id=task_id,
        job_flow_id=CLUSTER,
        steps=[
            {
                "Name": f"nomen {task_id}",
                "ActionOnFailure": "CONTINUE",
                "HadoopJarStep": {"Jar": "command-runner.jar", "Args": words},
            }
        ],
        # A retry adds the step again, and the step goes on where the lost one ended: so the task waits for
        # its step, a day at most, and ends as the step does.
        wait_for_completion=True,
        waiter_delay=60,
        waiter_max_attempts=24 * 60,
        **nomen.RETRIES,
    )


with DAG("nomen_emr_daily", schedule="@daily", start_date=START, catchup=False, max_active_runs=1):
    step("encode", nomen.daily_encode(STORE)) >> step("assign", nomen.daily_assign(STORE))

with DAG("nomen_emr_weekly", schedule=nomen.MONDAYS, start_date=START, catchup=False, max_active_runs=1):
    step("cluster", nomen.weekly(STORE))
