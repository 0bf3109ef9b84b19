(* A small scheduler, as one would write it with OCaml's effects: a queue of what can run, and a way to wait. *)
open Effect
open Effect.Deep

exception Cancelled

(* What waits: it goes on, or is cancelled, once. *)
type waiter = { mutable k : (unit, unit) continuation option; task : task }

and task = {
  mutable outcome : int option;
  mutable joiners : (unit -> unit) list;
  mutable waits : waiter option;
}

type _ Effect.t +=
  | Spawn : (unit -> int) -> task Effect.t
  | Yield : unit Effect.t
  | Wait : (waiter -> unit) -> unit Effect.t

module Timers = Map.Make (struct
  type t = int * int
  let compare (a, b) (c, d) = let first = Int.compare a c in if first = 0 then Int.compare b d else first
end)

type world = {
  ready : (unit -> unit) Queue.t;
  mutable timers : waiter Timers.t;
  mutable set : int;
}

let world = { ready = Queue.create (); timers = Timers.empty; set = 0 }

let taken w =
  let k = w.k in
  w.k <- None;
  w.task.waits <- None;
  k

let wake w =
  match taken w with
  | Some k -> Queue.add (fun () -> continue k ()) world.ready
  | None -> ()

let cancel_task task =
  match task.waits with
  | Some w -> (match taken w with
    | Some k -> Queue.add (fun () -> discontinue k Cancelled) world.ready
    | None -> ())
  | None -> ()

let ended task outcome =
  task.outcome <- Some outcome;
  List.iter (fun told -> told ()) (List.rev task.joiners);
  task.joiners <- []

let rec start task body =
  match_with body ()
    { retc = (fun outcome -> ended task outcome);
      exnc = (function Cancelled -> ended task 1 | e -> raise e);
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Spawn body ->
          Some (fun (k : (a, unit) continuation) ->
            let child = { outcome = None; joiners = []; waits = None } in
            Queue.add (fun () -> start child body) world.ready;
            continue k child)
        | Yield -> Some (fun (k : (a, unit) continuation) -> Queue.add (fun () -> continue k ()) world.ready)
        | Wait enter ->
          Some (fun (k : (a, unit) continuation) ->
            let w = { k = Some k; task } in
            task.waits <- Some w;
            enter w)
        | _ -> None }

(* When nothing can run, time passes, and at once. *)
let rec loop () =
  match Queue.take_opt world.ready with
  | Some go -> go (); loop ()
  | None ->
    match Timers.min_binding_opt world.timers with
    | Some (key, w) -> world.timers <- Timers.remove key world.timers; wake w; loop ()
    | None -> ()

let run main =
  let task = { outcome = None; joiners = []; waits = None } in
  Queue.add (fun () -> start task main) world.ready;
  loop ();
  Option.get task.outcome

let rec await task =
  match task.outcome with
  | Some outcome -> outcome
  | None ->
    perform (Wait (fun w -> task.joiners <- (fun () -> wake w) :: task.joiners)); await task

let sleep_until time =
  perform (Wait (fun w ->
    world.set <- world.set + 1;
    world.timers <- Timers.add (time, world.set) w world.timers))

let sum = List.fold_left (fun sum task -> sum + await task) 0

let spawned children child = List.init children (fun i -> perform (Spawn (fun () -> child i)))

let crowd children child = run (fun () -> sum (spawned children child))

let in_rounds n round =
  run (fun () ->
    let rec go left total =
      if left = 0 then total
      else
        let count = min left 10_000 in
        go (left - count) (total + round (spawned count (fun _ -> 1)))
    in
    go n 0)

let join n = in_rounds n sum

(* One wait for all: the last one wakes. *)
let gather n =
  in_rounds n (fun tasks ->
    let pending = List.filter (fun task -> task.outcome = None) tasks in
    if pending <> [] then
      perform (Wait (fun w ->
        let left = ref (List.length pending) in
        let told () = decr left; if !left = 0 then wake w in
        List.iter (fun task -> task.joiners <- told :: task.joiners) pending));
    sum tasks)

let share n i children = n / children + if i < n mod children then 1 else 0

type _ Effect.t += Other : unit Effect.t

let rec under handlers (body : unit -> int) : int =
  if handlers = 0 then body ()
  else
    match_with (under (handlers - 1)) body
      { retc = Fun.id; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Other -> Some (fun (k : (a, int) continuation) -> continue k ())
          | _ -> None }

let take_turns handlers n =
  crowd 1000 (fun i ->
    under handlers (fun () ->
      let turns = share n i 1000 in
      for _ = 1 to turns do perform Yield done;
      turns))

type semaphore = { mutable permits : int; waiting : waiter Queue.t }

let acquire s =
  if s.permits > 0 then s.permits <- s.permits - 1
  else perform (Wait (fun w -> Queue.add w s.waiting))

let release s =
  match Queue.take_opt s.waiting with
  | Some w -> wake w
  | None -> s.permits <- s.permits + 1

let contend n =
  let s = { permits = 10; waiting = Queue.create () } in
  crowd 1000 (fun i ->
    let turns = share n i 1000 in
    for _ = 1 to turns do
      acquire s;
      perform Yield;
      release s
    done;
    turns)

type channel = {
  capacity : int;
  messages : int Queue.t;
  receivers : waiter Queue.t;
  senders : waiter Queue.t;
}

let channel capacity =
  { capacity; messages = Queue.create (); receivers = Queue.create (); senders = Queue.create () }

let wake_first queue = match Queue.take_opt queue with Some w -> wake w | None -> ()

let rec send c message =
  if Queue.length c.messages < c.capacity then (Queue.add message c.messages; wake_first c.receivers)
  else (perform (Wait (fun w -> Queue.add w c.senders)); send c message)

let rec receive c =
  match Queue.take_opt c.messages with
  | Some message -> wake_first c.senders; message
  | None -> perform (Wait (fun w -> Queue.add w c.receivers)); receive c

let ping_pong n =
  let ping = channel 1 and pong = channel 1 in
  let turns = n / 2 in
  crowd 2 (fun i ->
    let received = ref 0 in
    for _ = 1 to turns do
      if i = 0 then (send ping !received; ignore (receive pong); incr received)
      else (ignore (receive ping); incr received; send pong !received)
    done;
    !received)

let sleep n =
  let latest = ref 0 in
  crowd n (fun i ->
    let time = 1 + i * 7919 mod n in
    sleep_until time;
    let in_order = !latest <= time in
    latest := time;
    Bool.to_int in_order)

(* Tasks that wait for an event, and what is done when each of them waits. *)
let waiting n act =
  let event = Queue.create () in
  run (fun () ->
    let tasks = spawned n (fun _ -> perform (Wait (fun w -> Queue.add w event)); 1) in
    perform Yield;
    act event tasks;
    sum tasks)

let cancel n = waiting n (fun _ tasks -> List.iter cancel_task tasks)

let bytes n =
  Gc.full_major ();
  let before = Memory.resident () in
  let grown = ref 0 in
  let answer = waiting n (fun event _ -> grown := Memory.resident () - before; Queue.iter wake event) in
  !grown, answer
