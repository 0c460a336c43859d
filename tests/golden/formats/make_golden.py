#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the files of this folder with readers and writers that are not ours.

Needs numpy 2, tifffile 2026.3.3, imagecodecs, Pillow. The sample at frame f, row y, column x and
colour s is n = (101 f + 17 y + 5 x + 3 s) % 251, mapped to the type by `values` below; the tests
compute the same numbers.
"""
import pathlib

import imagecodecs
import numpy
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
N_Y, N_X = 15, 22
MAPS = {"uint8": (1, 0), "uint16": (200, 0), "uint32": (10000000, 0), "int16": (100, -12000),
        "int32": (1000000, -120000000), "float32": (0.25, -10), "float64": (0.25, -10)}


def values(dtype, frames=1, samples=1):
    f, y, x, s = numpy.ogrid[:frames, :N_Y, :N_X, :samples]
    n = (101 * f + 17 * y + 5 * x + 3 * s) % 251
    factor, offset = MAPS[dtype]
    return (n * factor + offset).astype(dtype)


def tif(name, data, **options):
    tifffile.imwrite(HERE / name, data, software="", datetime=None, metadata=options.pop("metadata", None),
                     **options)


def main():
    tif("plain_pages.tif", values("uint16", 3)[..., 0], photometric="minisblack")
    tif("tiled_lzw_predictor_rgb.tif", values("uint8", 1, 3)[0], tile=(16, 16), compression="lzw",
        predictor=2, photometric="rgb")
    tif("deflate_predictor_float32.tif", values("float32")[0, ..., 0], compression="adobe_deflate",
        predictor=3, rowsperstrip=4, photometric="minisblack")
    tif("deflate_predictor_float32_big_endian.tif", values("float32")[0, ..., 0], byteorder=">",
        compression="adobe_deflate", predictor=3, photometric="minisblack")
    tif("deflate_float64_tiled.tif", values("float64", 2)[..., 0], compression="deflate", tile=(16, 32),
        photometric="minisblack")
    tif("zstd_uint32.tif", values("uint32", 2)[..., 0], compression="zstd", photometric="minisblack")
    tif("packbits_uint8.tif", values("uint8")[0, ..., 0], compression="packbits",
        photometric="minisblack")
    tif("big_endian_bigtiff_planar_int16.tif", numpy.moveaxis(values("int16", 1, 3)[0], -1, 0),
        byteorder=">", bigtiff=True, planarconfig="separate", photometric="rgb")
    tif("int32_big_endian_lzw.tif", values("int32")[0, ..., 0], byteorder=">", compression="lzw",
        predictor=2, photometric="minisblack")
    hyper = values("uint16", 12)[..., 0].reshape(2, 3, 2, N_Y, N_X)
    tif("hyperstack.ome.tif", hyper, ome=True, photometric="minisblack", compression="zlib",
        metadata={"axes": "TZCYX", "PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "\u00b5m",
                  "PhysicalSizeY": 125, "PhysicalSizeYUnit": "nm", "PhysicalSizeZ": 0.5,
                  "Channel": {"Name": ["red & blue", "green"]}})
    tif("hyperstack_imagej.tif", hyper, imagej=True, resolution=(4.0, 5.0),
        metadata={"axes": "TZCYX", "unit": "um", "spacing": 0.5})
    tif("jpeg.tif", values("uint8")[0, ..., 0], compression="jpeg", photometric="minisblack")
    tif("min_is_white.tif", values("uint8")[0, ..., 0], photometric="miniswhite")
    tif("alpha.tif", values("uint8", 1, 4)[0], photometric="rgb", extrasamples=["unassalpha"])

    grey = values("uint8")[0, ..., 0]
    Image.fromarray(grey).save(HERE / "grey_uint8.png")
    (HERE / "grey_uint16.png").write_bytes(imagecodecs.png_encode(values("uint16")[0, ..., 0]))
    (HERE / "rgb_uint16.png").write_bytes(imagecodecs.png_encode(values("uint16", 1, 3)[0]))
    Image.fromarray(values("uint8", 1, 3)[0]).save(HERE / "rgb_uint8.png")
    Image.fromarray(grey).convert("P").save(HERE / "palette.png")
    Image.fromarray(values("uint8", 1, 4)[0]).save(HERE / "alpha.png")

    numpy.save(HERE / "float32_one_minus_two.npy", numpy.array([1, -2], "<f4"))
    numpy.save(HERE / "fortran_float32.npy", numpy.asfortranarray(values("float32", 2)[..., 0]))
    numpy.save(HERE / "big_endian_complex128.npy",
               numpy.array([[1 - 2j, 3 + 4j, -0.5j]], ">c16"))
    numpy.save(HERE / "float16.npy", numpy.array([1, -2, 0.5], "<f2"))
    numpy.save(HERE / "scalar_int64.npy", numpy.array(-7, "<i8"))
    numpy.save(HERE / "object.npy", numpy.array([{"a": 1}], dtype=object), allow_pickle=True)
    with open(HERE / "version2.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.array([True, False, True]), version=(2, 0))


if __name__ == "__main__":
    main()
