#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the tool bar's icons: one stroke style, one grid (24 px), one colour, so that they look like one family."""
import pathlib

STROKE = 'fill="none" stroke="#c8d0da" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"'
FILL = 'fill="#c8d0da" stroke="none"'
ICONS = {
    "open-folder": '<path d="M3 18V6h6l2 2h10v10z"/><path d="M3 11h18"/>',
    "open-file": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4"/>',
    "save-mask": '<path d="M12 3v11m-4-4 4 4 4-4"/><path d="M4 17v4h16v-4"/>',
    "load-mask": '<path d="M12 14V3m-4 4 4-4 4 4"/><path d="M4 17v4h16v-4"/>',
    "segment": '<path d="M11 4v7c0 1-1 2-2 2"/><path d="M13 4v7c0 1 1 2 2 2"/>'
               '<path d="M8.500 7C5 9 3.500 14 3.500 20c3 .5 6-.5 6-4V9c0-1.500-.4-2.300-1-2z"/>'
               '<path d="M15.500 7c3.500 2 5 7 5 13-3 .5-6-.5-6-4V9c0-1.500.4-2.300 1-2z"/>',
    "overlay": '<path d="M12 4 3 9l9 5 9-5z"/><path d="m3 14 9 5 9-5"/>',
    "outline": '<path stroke-dasharray="3 2.500" d="M12 4c5 0 8 3 8 8s-3 8-8 8-8-3-8-8 3-8 8-8z"/>',
    "crosshair": '<path d="M12 3v7m0 4v7M3 12h7m4 0h7"/>',
    "reset-view": '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
    "picture": '<path d="M3 7h4l2-3h6l2 3h4v12H3z"/><circle cx="12" cy="13" r="3.500"/>',
    "lungs-picture": '<path d="M3 8V3.500h4.500M16.500 3.500H21V8M21 16v4.500h-4.500M7.500 20.500H3V16"/>'
                     '<path d="M12 6v4"/><path d="M10 8.500c-2.500 1-4 4-4 8 2 .4 4-.3 4-2.500z"/>'
                     '<path d="M14 8.500c2.500 1 4 4 4 8-2 .4-4-.3-4-2.500z"/>',
    "axial": '<ellipse cx="12" cy="12" rx="9" ry="6.500"/><path d="M12 14.500v4"/>',
    "coronal": '<path d="M7 3c0 3-3 4-3 8v10h16V11c0-4-3-5-3-8"/><path d="M12 8v13"/>',
    "sagittal": '<path d="M9 3c0 3-2 5-2 9s1 5 1 9h8c0-4 2-6 1-10s-3-5-3-8"/>',
    "cancel": '<path d="m6 6 12 12M18 6 6 18"/>',
    "warning": '<path d="M12 4 2.500 20h19z"/><path d="M12 10v5m0 2.500v.1"/>',
}


def main():
    folder = pathlib.Path(__file__).parent / "icons"
    for name, body in ICONS.items():
        (folder / f"{name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><g {STROKE}>{body}</g></svg>\n')
    app = ('<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 24 24">'
           '<rect width="24" height="24" rx="5" fill="#14181d"/>'
           '<path d="M12 3.500v7.500" stroke="#c8d0da" stroke-width="1.500" stroke-linecap="round"/>'
           '<path d="M9.500 6.500C6 8.500 4 13 4 19c3 .6 6.500-.4 6.500-4V9c0-1.800-.3-2.900-1-2.500z" fill="#56b4e9"/>'
           '<path d="M14.500 6.500c3.500 2 5.500 6.500 5.500 12.500-2.700.6-5-.2-5.600-2.400-.4-1.400-.9-2-.9-3.600V9c0-1.800.3-2.900 1-2.500z" '
           'fill="#f0aa3c"/></svg>\n')
    (folder / "pulmoscope.svg").write_text(app)


if __name__ == "__main__":
    main()
