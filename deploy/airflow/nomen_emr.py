"""Nomen on a running EMR cluster: a step, and a sensor that waits for it."""

from datetime import datetime

from airflow import DAG
from airflow.models import Variable
from airflow.providers.amazon.aws.operators.emr import EmrAddStepsOperator
from airflow.providers.amazon.aws.sensors.emr import EmrStepSensor

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
    add = EmrAddStepsOperator(
        task_id=task_id,
        job_flow_id=CLUSTER,
        steps=[
            {
                "Name": f"nomen {task_id}",
                "ActionOnFailure": "CONTINUE",
                "HadoopJarStep": {"Jar": "command-runner.jar", "Args": words},
            }
        ],
        # A retry adds the step again, and the step goes on where the lost one ended.
        wait_for_completion=False,
        **nomen.RETRIES,
    )
    wait = EmrStepSensor(
        task_id=f"{task_id}_done",
        job_flow_id=CLUSTER,
        step_id=f"{{{{ task_instance.xcom_pull('{task_id}')[0] }}}}",
    )
    add >> wait
    return add, wait


with DAG("nomen_emr_daily", schedule="@daily", start_date=START, catchup=False, max_active_runs=1):
    _, encoded = step("encode", nomen.daily_encode(STORE))
    assign, _ = step("assign", nomen.daily_assign(STORE))
    encoded >> assign

with DAG("nomen_emr_weekly", schedule="@weekly", start_date=START, catchup=False, max_active_runs=1):
    step("cluster", nomen.weekly(STORE))
