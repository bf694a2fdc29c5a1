"""Nomen's commands and Spark settings for the DAGs beside this file.

Copy deploy/airflow/*.py and conf/spark-defaults.conf into the DAG folder. Each command is safe to
retry: what an attempt has finished is found by the next one. A retry waits four minutes, because the
lease of a driver that was lost may be taken over after three.
"""

from datetime import timedelta
from pathlib import Path

# A run at midnight is for the day, or the week, that ends then. Of the dates that a run has, the end of
# its interval alone says so under the timetables of both Airflow 2 and 3.
DAY = "{{ (data_interval_end - macros.timedelta(days=1)).strftime('%Y-%m-%d') }}"
# The week before the day's own: its run is whole by then.
LAST_WEEK = "{{ (data_interval_end - macros.timedelta(days=8)).strftime('%G-W%V') }}"
THIS_WEEK = "{{ (data_interval_end - macros.timedelta(days=1)).strftime('%G-W%V') }}"
# Weeks are ISO's, which end with Sunday.
MONDAYS = "0 0 * * 1"

RETRIES = {"retries": 3, "retry_delay": timedelta(minutes=4)}


def settings():
    """The lines of conf/spark-defaults.conf."""
    found = {}
    for line in Path(__file__).with_name("spark-defaults.conf").read_text().splitlines():
        words = line.split(None, 1)
        if len(words) == 2 and not line.startswith("#"):
            found[words[0]] = words[1].strip()
    return found


def daily_encode(store):
    """One day's images to embeddings."""
    return [
        "encode",
        "--job", f"{store}/nomen/jobs/daily-encode.yaml",
        "--input", f"{store}/images/{DAY}",
        "--model", f"{store}/models/clip",
        "--output", f"{store}/embeddings/{DAY}",
    ]


def daily_assign(store):
    """One day's embeddings into the clusters of the latest weekly run."""
    return [
        "assign",
        "--job", f"{store}/nomen/jobs/daily-assign.yaml",
        "--run", f"{store}/runs/{LAST_WEEK}",
        "--embeddings", f"{store}/embeddings/{DAY}",
        "--output", f"{store}/assigned/{DAY}",
    ]


def weekly(store):
    """All days together, from the embeddings that the daily runs have made."""
    return [
        "cluster",
        "--job", f"{store}/nomen/jobs/weekly.yaml",
        "--embeddings", f"{store}/embeddings/*",
        "--model", f"{store}/models/clip",
        "--previous", f"{store}/runs/*",
        "--output", f"{store}/runs/{THIS_WEEK}",
    ]
