"""Every threat of the specification has a test that shows how it is met; this is the list of where it is."""

WHERE: dict[str, tuple[str, ...]] = {
    "a title of mark-up, links or emoji codes": (
        "threats/test_rich.py::test_a_text_is_shown_as_it_was_typed_and_steers_nothing",
    ),
    "escape sequences, bidi and tag characters, in errors too": (
        "threats/test_rich.py::test_an_error_steers_nothing",
        "threats/test_rich.py::test_a_file_name_steers_nothing",
        "rendering/test_tables.py::test_hostile_texts_fit_and_steer_nothing",
    ),
    "CSV in: no UTF-8, NUL, too few or many cells, endless fields, an open quote": (
        "cli/test_import.py::test_a_file_that_can_not_be_read_changes_nothing",
        "cli/test_import.py::test_every_field_says_what_it_can_not_be",
    ),
    "CSV out: formulas, and what looks like one that was disarmed": (
        "records/test_csv.py::test_a_cell_is_armed_and_comes_back",
        "records/test_csv.py::test_what_looks_like_a_formula_is_quoted",
    ),
    "a pipe, a device, a directory, a socket": (
        "threats/test_files.py::test_a_pipe_is_not_waited_for",
        "threats/test_files.py::test_a_directory_a_socket_and_a_device_are_refused",
    ),
    "an empty, damaged or foreign file": (
        "storage/test_chain.py::test_what_is_no_ledger_is_refused_and_stays_as_it_is",
    ),
    "a newer ledger, and one without a step": (
        "threats/test_files.py::test_a_newer_ledger_says_what_to_update",
        "threats/test_files.py::test_a_ledger_without_a_step_is_refused",
    ),
    "a link into somebody else's directory": (
        "threats/test_files.py::test_a_link_into_the_directory_of_another_is_not_followed",
    ),
    "two names": (
        "threats/test_files.py::test_a_ledger_with_two_names_is_refused",
        "threats/test_files.py::test_a_name_that_a_killed_founding_left_is_read_past_and_taken_away_by_a_move",
    ),
    "another journal mode, and a log of another state": (
        "threats/test_files.py::test_a_ledger_in_wal_mode_is_not_looked_at_and_turned_back_by_a_move",
        "threats/test_files.py::test_a_log_that_belongs_to_another_state_of_the_ledger_is_not_mixed_in",
    ),
    "exporting onto the ledger itself": (
        "threats/test_files.py::test_nothing_is_exported_onto_the_ledger_or_the_files_beside_it",
        "threats/test_files.py::test_an_export_overwrites_nothing_that_comes_meanwhile",
    ),
    "root in another user's directory": (
        "threats/test_files.py::test_root_leaves_the_directories_of_others_alone",
        "threats/test_files.py::test_root_founds_nothing_in_the_home_of_another",
    ),
    "a generous umask": (
        "storage/test_chain.py::test_the_program_makes_everything_private_whatever_the_umask",
    ),
    "bound parameters, orders from a list, LIKE": (
        "threats/test_sql.py::test_every_text_is_bound",
        "threats/test_sql.py::test_orders_and_states_are_words_that_are_known",
        "threats/test_sql.py::test_a_search_finds_what_is_typed_and_nothing_else",
    ),
    "endless numbers and texts": (
        "threats/test_limits.py::test_what_is_too_long_is_refused_at_the_door_and_never_cut",
        "threats/test_limits.py::test_a_megabyte_on_stdin_is_refused",
        "threats/test_limits.py::test_as_much_as_is_allowed_is_kept_whole",
    ),
    "a journal put together by somebody else": (
        "threats/test_limits.py::test_a_journal_that_says_what_no_command_says_is_refused",
    ),
    "a clock that jumps": (
        "threats/test_limits.py::test_moves_go_on_after_a_clock_that_was_ahead",
        "threats/test_limits.py::test_what_was_moved_by_a_clock_that_was_ahead_says_so_and_can_be_put_right",
    ),
    "an editor or a pager that a shell would read": (
        "threats/test_streams.py::test_editor_and_pager_are_started_without_a_shell",
        "cli/test_pager.py::test_a_long_view_goes_through_the_pager_and_through_nothing_else",
    ),
    "a config in the current directory": (
        "threats/test_streams.py::test_no_config_is_read_from_the_current_directory",
    ),
    "a hook that another user wrote, or can write": (
        "threats/test_hooks.py::test_what_others_may_have_put_there_is_not_run",
        "threats/test_hooks.py::test_what_belongs_to_another_is_not_run_by_root",
        "threats/test_hooks.py::test_a_hook_is_looked_for_beside_the_config_and_nowhere_else",
    ),
    "a hook that hangs, fails, floods or reads nothing": (
        "threats/test_hooks.py::test_a_hook_that_hangs_is_stopped_with_all_that_it_has_started",
        "threats/test_hooks.py::test_what_it_leaves_running_is_not_waited_for",
        "threats/test_hooks.py::test_its_failure_is_a_warning",
        "threats/test_hooks.py::test_a_flood_is_cut_off",
        "threats/test_hooks.py::test_a_hook_may_read_as_much_as_it_likes",
    ),
    "a hook that runs the program": (
        "threats/test_hooks.py::test_a_hook_that_runs_promisectl_does_not_run_itself",
        "threats/test_hooks.py::test_a_slow_reader_of_many_acts_locks_nobody_out",
    ),
    "a program on PATH that another user wrote, or in the current directory": (
        "cli/test_programs.py::test_what_others_may_have_put_there_is_not_run",
        "cli/test_programs.py::test_none_runs_from_the_current_directory",
    ),
    "closed streams": ("cli/test_streams.py::test_closed_streams_are_no_crash",),
    "a full stdout": ("cli/test_streams.py::test_a_full_stdout_says_that_the_move_was_recorded",),
    "ASCII and Latin-1": (
        "threats/test_streams.py::test_a_stream_that_lacks_signs_shows_their_numbers",
    ),
    "undecodable arguments": (
        "threats/test_streams.py::test_bytes_that_are_no_text_are_a_usage_error",
    ),
    "Ctrl-C during imports": (
        "threats/test_streams.py::test_ctrl_c_while_it_starts_leaves_no_traceback",
    ),
    "a script that tries again": (
        "cli/test_once.py::test_again_it_says_the_same_and_records_nothing",
        "cli/test_once.py::test_at_the_same_time_it_happens_once",
    ),
    "a full, failing or read-only disk": (
        "threats/test_failing_disk.py::test_a_move_that_can_not_be_written_says_so_and_nothing_is_recorded",
        "threats/test_failing_disk.py::test_what_is_said_of_a_move_is_true_whichever_fsync_fails",
        "threats/test_failing_disk.py::test_nobody_says_what_nobody_can_know",
    ),
}
