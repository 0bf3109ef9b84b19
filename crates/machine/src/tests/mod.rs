//! The laws of the machine, one file for each group of rules, over a tiny language.
//!
//! `language.rs`, `expr.rs` and `program.rs` are the language, `reference.rs` is what it means: a textbook's evaluator.
//! `generate.rs` makes random programs, and `random.rs` compares what both make of them: 5,000 in each run, 100,000
//! when `SLOW` is set. `rules.rs` checks what is written below.
//!
//! # The rules, what proves each, and how it was broken to see that
//!
//! `cargo test -p kont-machine m05` runs the tests of rule M5. Under *Broken* stands which changes of the machine were
//! tried, once each, and undone: every one made tests of that rule fail.
//!
//! ## M1 A continuation is used once, by ownership
//! * `m01_using_a_continuation_twice_is_an_error_at_the_second_use`
//! * `m01_a_foreign_continuation_is_refused_and_harms_nobody`
//! * `m01_a_dropped_continuation_drops_its_codes_once`
//! * `m01_a_continuation_is_neither_clone_nor_copy`
//!
//! Broken: a `Clone` for it (nothing compiles); a used one taken for none (the second use has another error, and
//! random programs shrink to a handler whose `finish` passes); a dropped one not given back to its machine; one of
//! another machine attached.
//!
//! ## M2 Capture, resume and search cost the same whatever lies between
//! * `m02_a_program_that_moves_does_not_make_all_others_search_again`
//! * `m02_resuming_touches_as_many_fibers_whatever_lies_between`
//! * `m02_capturing_touches_as_many_fibers_whatever_the_frames`
//! * `m02_frames_stay_where_they_are`
//! * `m02_the_search_does_not_grow_with_the_handlers_between`
//!
//! Broken: a resume that walks the chain; a capture, or a park, that copies frames; a search that remembers nothing,
//! or that a program which moves makes forget each time.
//!
//! ## M3 After a resume, code sees what was captured with it, and then the resumer's
//! * `m03_the_nearest_handler_answers`
//! * `m03_a_handler_does_not_handle_its_own_effects`
//! * `m03_after_a_resume_code_sees_what_was_captured_and_then_the_resumers`
//! * `m03_what_is_not_captured_is_the_resumers`
//!
//! Broken: a resume at the place where the continuation was cut off. Half of all tests fail.
//!
//! ## M4 State lives in handlers' stores, and is never copied
//! * `m04_what_was_captured_sees_what_became_of_the_state_since`
//! * `m04_two_continuations_captured_under_one_handler_share_its_store`
//! * `m04_a_handler_is_moved_with_its_fiber_and_never_copied`
//!
//! Broken: a resume that clones the handler at the base: does not compile, since no domain promises `Clone`, and the
//! machine's own bounds are all that it has.
//!
//! ## M5 The prompt in the live chain is the only authority
//! * `m05_false_scopes_in_a_snapshot_decide_nothing`
//! * `m05_a_handler_that_was_seen_in_scope_is_not_once_it_is_gone`
//! * `m05_what_a_search_found_is_not_believed_after_a_move`
//! * `m05_a_slot_of_the_arena_is_no_identity`
//! * `m05_boundaries_installed_from_a_record_are_new_installations`
//! * `m05_scopes_are_never_used_again`
//! * `m05_searches_find_what_is_in_the_live_chain`
//!
//! Broken: scopes stored in a snapshot kept; memory of a search believed after a move, or of another fiber in the
//! same slot, also with the check of each search turned off.
//!
//! ## M6 `Transfer` in a loop takes constant memory
//! * `m06_resume_waits_and_transfer_does_not`
//! * `m06_transfer_in_a_loop_takes_constant_memory`
//! * `m06_resume_in_a_loop_keeps_one_activation_a_turn_and_frees_them_all`
//!
//! Broken: a transfer that ends one frame in place of the activation. Random programs shrink to a transfer in a
//! clause, and a look after it.
//!
//! ## M7 Nothing recurses on the thread's stack
//! * `m07_a_million_programs_and_a_million_handlers_return_raise_and_unwind`
//! * `m07_a_machine_is_dropped_with_a_million_fibers_in_it`
//! * `m07_a_million_activations_wait_for_one_another`
//! * `m07_a_million_continuations_that_own_one_another_are_dropped`
//! * `m07_a_pass_through_many_handlers_appends`
//! * `m07_a_million_handlers_perform_outside`
//!
//! Broken: a drop of loose continuations, and a pass, by recursion: the tests' process ends for want of stack.
//!
//! ## M8 A handler that raises before the use raises at the performer, and after it where it is installed
//! * `m08_raising_before_the_use_throws_into_the_performer`
//! * `m08_raising_after_the_use_propagates_from_where_the_handler_is_installed`
//!
//! Broken: an error delivered where the handler is installed, its continuation dropped or unwound. Random programs
//! shrink to a clause that performs what nobody handles. An error after the use taken for an unwinding.
//!
//! ## M9 A handler that returns without the use gives the answer, after the unwinding
//! * `m09_returning_without_the_use_unwinds_first_and_is_the_answer`
//! * `m09_transferring_another_continuation_unwinds_the_own_one_first`
//! * `m09_what_an_unwound_activation_owns_is_unwound_and_not_merely_told`
//!
//! Broken: a continuation dropped in place of unwound; a transfer of another one that forgets the own one; frames not
//! told. Random programs shrink to a clause that transfers a new program.
//!
//! ## M10 A trace is a projection, and looking changes nothing
//! * `m10_looking_between_any_two_steps_changes_nothing`
//! * `m10_a_look_by_the_program_itself_changes_nothing`
//! * `m10_a_mirror_shows_the_live_chain_the_own_continuation_and_a_kept_one`
//! * `m10_another_machines_continuation_is_not_shown`
//! * `m10_a_view_is_complete`
//! * `m10_code_can_look_at_its_chain`
//!
//! Broken: a look that counts as a search; a trace that makes the machine forget its searches; a view that begins one
//! fiber further out.
//!
//! ## M11 The invariants are checked
//! * `m11_the_check_finds_what_is_broken`
//! * `m11_the_check_runs_by_itself_between_steps`
//!
//! Broken: a check that finds nothing; a check that is not called.
//!
//! ## M12 An effect nobody handles is raised at the performer, with the handlers in scope
//! * `m12_an_effect_nobody_handles_is_raised_at_the_performer_with_the_handlers_in_scope`
//! * `m12_the_error_has_the_effect_and_all_handlers_in_scope_in_order`
//!
//! Broken: an error raised at the outermost fiber; a view that begins one fiber further out.

mod authority;
mod compose;
mod costs;
mod dispatch;
mod endings;
mod expr;
mod forward;
mod generate;
mod guards;
mod host;
mod language;
mod mirror;
mod ownership;
mod panics;
mod parking;
mod places;
mod program;
mod random;
mod reference;
mod rules;
mod scale;
mod searches;
mod sendable;
mod snapshot;
mod stepping;
mod stores;
mod threads;
mod trace;
mod unwinding;
