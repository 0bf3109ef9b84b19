(* Runs one program once, and prints `nanoseconds answer`. *)
let timed f n =
  let start = Sys.time () in
  let answer = f n in
  Sys.time () -. start, answer

(* In place of the time, memory is what counts. *)
let weighed f n =
  let bytes, answer = f n in
  Printf.printf "0 %d %d\n" answer bytes;
  exit 0

let growth f n =
  let before = Memory.peak () in
  let answer = f n in
  Memory.peak () - before, answer

let program = function
  | "countdown" -> timed Suite.countdown
  | "fibonacci-recursive" -> timed Suite.fibonacci
  | "product-early" -> timed Suite.product_early
  | "iterator" -> timed Suite.iterator
  | "generator" -> timed Suite.generator
  | "parsing-dollars" -> timed Suite.parsing_dollars
  | "handler-sieve" -> timed Suite.handler_sieve
  | "resume-nontail" -> timed Suite.resume_nontail
  | "scheduler" -> timed Suite.scheduler
  | "interruptible" -> timed Suite.interruptible
  | "perform-1" -> timed (Perform.run 1)
  | "perform-10" -> timed (Perform.run 10)
  | "perform-100" -> timed (Perform.run 100)
  | "perform-1000" -> timed (Perform.run 1000)
  | "resume-wait" -> timed Perform.resume_wait
  | "frames-1e3" -> Perform.over 1_000
  | "frames-1e4" -> Perform.over 10_000
  | "frames-1e5" -> Perform.over 100_000
  | "frames-1e6" -> Perform.over 1_000_000
  | "migrate-under-200" -> Fibers.migrate false
  | "migrate-with-200" -> Fibers.migrate true
  | "transfer-memory" -> weighed (growth (Perform.run 1))
  | "resume-memory" -> weighed (growth (fun n -> Perform.waiting (fun () -> Perform.loop n 0)))
  | "install" -> timed Fibers.install
  | "spawn-hot" -> timed Fibers.hot
  | "spawn-fresh" -> Fibers.fresh
  | "resume-1e6" -> Fibers.resume_all
  | "drop-1e6" -> Fibers.drop_all
  | "bytes-1e6" -> weighed Fibers.bytes
  | "tasks-join" -> timed Tasks.join
  | "tasks-gather" -> timed Tasks.gather
  | "tasks-yield" -> timed (Tasks.take_turns 0)
  | "tasks-yield-100" -> timed (Tasks.take_turns 100)
  | "tasks-channel" -> timed Tasks.ping_pong
  | "tasks-semaphore" -> timed Tasks.contend
  | "tasks-sleep" -> timed Tasks.sleep
  | "tasks-cancel" -> timed Tasks.cancel
  | "tasks-bytes" -> weighed Tasks.bytes
  | other -> prerr_endline ("no program is called " ^ other); exit 1

let () =
  (* The first use of the young heap's memory is not what is measured. *)
  for i = 1 to 300_000 do ignore (Sys.opaque_identity (ref i)) done;
  let seconds, answer = program Sys.argv.(1) (int_of_string Sys.argv.(2)) in
  Printf.printf "%.0f %d\n" (seconds *. 1e9) answer
