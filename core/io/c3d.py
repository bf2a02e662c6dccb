"""stub"""
from core.io.formats import Format
def read_c3d(path):
    raise NotImplementedError
C3D = Format("C3D", (".c3d",), read_c3d, native=True)
