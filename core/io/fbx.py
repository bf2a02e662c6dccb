"""stub"""
from core.io.formats import Format
def read_fbx(path):
    raise NotImplementedError
FBX = Format("FBX", (".fbx",), read_fbx, native=True)
