"""PyVRP, VROOM and plain OR-Tools on one instance, for `benchmarks/routing.py`.

Run by an interpreter that has them, which this project's does not:

    python routing_rivals.py pyvrp|vroom|ortools SECONDS SEED < instance.json

The instance has `travel` and `clock` matrices (node 0 is the kitchen), one number per
job and node for everything else, and a common hot limit or none. PyVRP counts
processor time; the hot limit is its shift duration with free legs to the kitchen,
service folded into the leg that leaves, without which it would need another driver.
VROOM knows no hot limit and counts the wall's time; its answer is taken as it is.
OR-Tools holds the limit the same way as PyVRP, by free legs to the kitchen.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

Data = dict[str, Any]
Orders = list[list[int]]


def main() -> None:
    rival, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    data = json.load(sys.stdin)
    orders = ENGINES[rival]({**data, "seed": seed}, seconds)
    json.dump({"orders": orders, "cpu": time.process_time()}, sys.stdout)


def by_pyvrp(data: Data, seconds: float) -> Orders:
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
    result = solve(
        problem, stop=lambda _: time.process_time() >= end, seed=data["seed"]
    )
    return [
        [visit.idx + 1 for visit in route.schedule() if visit.is_client()]
        for route in result.best.routes()
    ]


def by_vroom(data: Data, seconds: float) -> Orders:
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
    orders: dict[int, list[int]] = {}
    for _, row in table[table["type"] == "job"].iterrows():
        orders.setdefault(int(row["vehicle_id"]), []).append(int(row["id"]))
    return list(orders.values())


def by_ortools(data: Data, seconds: float) -> Orders:
    """The routing library as its guide uses it, with a start it can find."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    travel, clock, hot = data["travel"], data["clock"], data["hot"]
    count, fleet = len(travel), data["vehicles"]
    if hot:
        clock = [[0, *row[1:]] for row in clock]
    manager = pywrapcp.RoutingIndexManager(count, fleet, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(travel))
    model.SetFixedCostOfAllVehicles(data["fixed"])
    demand = model.RegisterUnaryTransitVector([0, *data["demand"]])
    model.AddDimension(demand, 0, data["capacity"], True, "load")
    opens, closes = data["shift"]
    model.AddDimension(
        model.RegisterTransitMatrix(clock), closes, closes, False, "time"
    )
    times = model.GetDimensionOrDie("time")
    for k in range(1, count):
        index = manager.NodeToIndex(k)
        until = min(data["closes"][k - 1], closes)
        times.CumulVar(index).SetRange(data["opens"][k - 1], until)
        model.AddDisjunction([index], data["unserved"][k - 1])
    for v in range(fleet):
        times.CumulVar(model.Start(v)).SetRange(opens, closes)
        times.CumulVar(model.End(v)).SetRange(opens, closes)
        if hot:
            times.SetSpanUpperBoundForVehicle(hot, v)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromSeconds(int(20 * seconds))
    end = time.process_time() + seconds
    limit = model.solver().CustomLimit(lambda: time.process_time() >= end)
    model.AddSearchMonitor(limit)
    found = model.SolveWithParameters(parameters)
    orders = []
    for v in range(fleet if found else 0):
        order, index = [], found.Value(model.NextVar(model.Start(v)))
        while not model.IsEnd(index):
            order.append(manager.IndexToNode(index))
            index = found.Value(model.NextVar(index))
        orders.append(order)
    return orders


ENGINES = {"pyvrp": by_pyvrp, "vroom": by_vroom, "ortools": by_ortools}

if __name__ == "__main__":
    main()
