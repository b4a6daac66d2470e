"""So that `from tests.shared_data import shared` finds this folder and no other package's."""
