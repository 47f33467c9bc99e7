"""A counterexample is one line of JSON: what it is of is built again from that."""

import json

from specbound.core.evidence import Evidence
from specbound.core.instance import Instance
from specbound.core.statement import Statement
from specbound.core.verdict import Verdict
from specbound.statements.recipes import recipes_of


def rebuilt(statement: Statement, found: Evidence) -> Instance:
    """The instance, once it is seen to meet the assumptions and to violate the claim."""
    assert found.recipe is not None
    recipe = next(r for r in recipes_of(statement) if r.name == found.recipe["recipe"])
    instance = recipe.build(recipe.from_json(json.loads(json.dumps(found.recipe))), None)
    assert statement.compare(instance).verdict is Verdict.VIOLATED
    assert bool(statement.admits(instance))
    return instance
