"""PyVRP and VROOM on one instance, for `benchmarks/routing.py`.

Run by an interpreter that has them, which this project's does not:

    python routing_rivals.py pyvrp|vroom SECONDS < instance.json > orders.json

The instance has `travel` and `clock` matrices (node 0 is the kitchen), one number per
job and node for everything else, and a common hot limit or none. PyVRP counts
processor time; the hot limit is its shift duration with free legs to the kitchen,
service folded into the leg that leaves, without which it would need another driver.
VROOM knows no hot limit and no end by time; its answer is taken as it is.
"""

import json
import sys
import time
from datetime import timedelta


def main() -> None:
    rival, seconds = sys.argv[1], float(sys.argv[2])
    data = json.load(sys.stdin)
    orders = {"pyvrp": by_pyvrp, "vroom": by_vroom}[rival](data, seconds)
    json.dump({"orders": orders, "cpu": time.process_time()}, sys.stdout)


def by_pyvrp(data, seconds):
    import numpy as np
    import pyvrp
    from pyvrp.solve import solve

    travel, clock = np.array(data["travel"]), np.array(data["clock"])
    np.fill_diagonal(clock, 0)
    hot = data["hot"]
    if hot:
        clock[:, 0] = 0
    count = len(travel) - 1
    clients = [
        pyvrp.Client(
            location=k,
            delivery=[data["demand"][k - 1]],
            tw_early=data["opens"][k - 1],
            tw_late=data["closes"][k - 1],
            prize=data["unserved"][k - 1],
            required=False,
        )
        for k in range(1, count + 1)
    ]
    opens, closes = data["shift"]
    limit = {"shift_duration": hot} if hot else {}
    fleet = pyvrp.VehicleType(
        data["vehicles"],
        [data["capacity"]],
        0,
        0,
        data["fixed"],
        tw_early=opens,
        tw_late=closes,
        **limit,
    )
    places = [pyvrp.Location(0, 0) for _ in range(count + 1)]
    depot = pyvrp.Depot(0, tw_early=opens, tw_late=closes)
    problem = pyvrp.ProblemData(places, clients, [depot], [fleet], [travel], [clock])
    end = time.process_time() + seconds
    result = solve(problem, stop=lambda _: time.process_time() >= end, seed=1)
    return [
        [visit.idx + 1 for visit in route.schedule() if visit.is_client()]
        for route in result.best.routes()
    ]


def by_vroom(data, seconds):
    import numpy as np
    import vroom

    problem = vroom.Input()
    travel = np.array(data["travel"], np.uint32)
    problem.set_durations_matrix("car", travel)
    for k in range(data["vehicles"]):
        problem.add_vehicle(
            vroom.Vehicle(
                k + 1,
                start=0,
                end=0,
                capacity=[data["capacity"]],
                time_window=tuple(data["shift"]),
                costs=vroom.VehicleCosts(fixed=data["fixed"]),
            )
        )
    for k in range(1, len(travel)):
        problem.add_job(
            vroom.Job(
                k,
                location=k,
                default_service=data["service"][k - 1],
                default_setup=data["setup"][k - 1],
                delivery=[data["demand"][k - 1]],
                time_windows=[
                    vroom.TimeWindow(data["opens"][k - 1], data["closes"][k - 1])
                ],
            )
        )
    found = problem.solve(5, 1, timeout=timedelta(seconds=seconds))
    table = found.routes
    orders = {}
    for _, row in table[table["type"] == "job"].iterrows():
        orders.setdefault(int(row["vehicle_id"]), []).append(int(row["id"]))
    return list(orders.values())


if __name__ == "__main__":
    main()
