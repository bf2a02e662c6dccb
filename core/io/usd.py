"""stub"""
from core.io.formats import Format
def read_usd(path):
    raise NotImplementedError
USD = Format("USD", (".usd",), read_usd, native=True)
