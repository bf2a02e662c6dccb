"""What menus, keys and the welcome page can ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Verb = Callable[[], object]


@dataclass(frozen=True, eq=False, repr=False)
class Verbs:
    """A callable for each thing that the window does on request; made by the window, which alone knows its parts."""

    open_files: Verb
    open_folder: Callable[[str], object]  # of a layout by name; '': of any
    add_folder: Verb
    open_demo: Verb
    open_recent: Callable[[str], object]  # a path
    refresh: Verb
    check_import: Verb
    show_left_out: Verb
    export: Verb
    drag_out_as: Callable[[str], object]  # a name of QUICK
    open_in_blender: Verb
    save_add_on: Verb
    reveal: Verb
    copy_path: Verb
    save_screenshot: Verb
    copy_screenshot: Verb
    quit: Verb

    edit_captions: Verb
    import_captions: Verb
    export_captions: Verb
    toggle_favourite: Verb
    edit_tags: Verb
    edit_sheet: Verb
    new_collection: Verb
    show_collections: Verb
    import_sheet: Verb
    export_sheet: Verb
    add_caption: Verb
    add_range_caption: Verb
    remove_caption: Verb
    replace_in_captions: Verb
    show_settings: Verb
    share_library: Verb

    focus_query: Verb
    more_like_this: Callable[[int], object]  # by one body part; -1: by all
    like_this_but: Verb
    search_elsewhere: Verb
    nearest_captions: Verb

    show_models: Verb
    open_model: Verb
    show_evaluation: Verb
    teach: Verb
    show_training: Verb

    zoom_to_range: Verb
    zoom_out: Verb

    show_take: Verb
    choose_character: Verb
    keep: Verb
    compare: Verb
    frame_motion: Verb
    reset_camera: Verb
    look_from: Callable[[str], object]  # a name of VIEWS

    show_map: Verb
    set_appearance: Callable[[str], object]  # one of APPEARANCES
    reset_layout: Verb
    fold_timeline: Verb
    toggle_strip: Verb
    toggle_full_screen: Verb
    show_jobs: Verb

    show_manual: Verb
    show_help: Verb
    show_welcome: Verb
    start_tour: Verb
    show_reports: Verb
    show_about: Verb
