"""Loads a folder of DAGs in a real Airflow; then runs each "DAG_ID=YYYY-MM-DD" that is named, to its end.

The last line is JSON: what could not be imported, the tasks of each DAG, and how each run ended.
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path

from airflow.models.dagbag import BundleDagBag

folder = Path(sys.argv[1])
bag = BundleDagBag(folder, bundle_path=folder)
answer = {
    "errors": bag.import_errors,
    "dags": {name: [task.task_id for task in dag.tasks] for name, dag in bag.dags.items()},
    "runs": [],
}
if not bag.import_errors:
    for named in sys.argv[2:]:
        name, day = named.split("=")
        run = bag.dags[name].test(
            logical_date=datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
        )
        answer["runs"].append(str(getattr(run.state, "value", run.state)))
print(json.dumps(answer))
