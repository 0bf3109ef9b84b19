(* Fibers: made, suspended, resumed, moved, dropped, and how much memory they take. *)
open Effect
open Effect.Deep

type _ Effect.t += Suspend : unit Effect.t | Ask : unit Effect.t | Other : unit Effect.t

type kept = Nothing | Kept of (unit, unit) continuation

let worker name () = perform Suspend; ignore (Sys.opaque_identity name)

let spawn (keep : (unit, unit) continuation -> unit) (body : unit -> unit) : unit =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Suspend -> Some (fun (k : (a, unit) continuation) -> keep k)
        | _ -> None }

let nothing () = ()

let install n =
  for _ = 1 to n do
    match_with nothing ()
      { retc = Fun.id; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Other -> Some (fun (k : (a, unit) continuation) -> continue k ())
          | _ -> None }
  done;
  n

let suspended kept count =
  let name = Sys.opaque_identity "worker" in
  for i = 0 to count - 1 do
    spawn (fun k -> kept.(i) <- Kept k) (worker name)
  done

let resume kept i =
  match kept.(i) with
  | Kept k -> kept.(i) <- Nothing; continue k ()
  | Nothing -> ()

let hot n =
  let kept = Array.make 1000 Nothing in
  for _ = 1 to (n + 999) / 1000 do
    suspended kept 1000;
    for i = 0 to 999 do resume kept i done
  done;
  n

let timed f =
  let start = Sys.time () in
  f ();
  Sys.time () -. start

let fresh n =
  let kept = Array.make n Nothing in
  let spent = timed (fun () -> suspended kept n) in
  ignore (Sys.opaque_identity kept);
  spent, n

let resume_all n =
  let kept = Array.make n Nothing in
  suspended kept n;
  timed (fun () -> for i = 0 to n - 1 do resume kept i done), n

(* OCaml has no drop of its own: the collector finds them. *)
let drop_all n =
  let kept = Array.make n Nothing in
  suspended kept n;
  Gc.full_major ();
  Array.fill kept 0 n Nothing;
  timed Gc.full_major, n

let bytes n =
  let kept = Array.make n Nothing in
  Gc.full_major ();
  let before = Memory.resident () in
  suspended kept n;
  let after = Memory.resident () in
  ignore (Sys.opaque_identity kept);
  after - before, n

(* A kept program is resumed from a new place each time. Its effect passes 200 handlers: its own, or those of the place. *)
let other (body : unit -> unit) : unit =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Other -> Some (fun (k : (a, unit) continuation) -> continue k ())
        | _ -> None }

let rec under n body = if n = 0 then body () else other (fun () -> under (n - 1) body)

let rec travel () = perform Ask; perform Suspend; travel ()

let migrate with_handlers n =
  let kept = ref Nothing in
  let asked = ref 0 in
  let answered (body : unit -> unit) : unit =
    match_with body ()
      { retc = Fun.id; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Ask -> Some (fun (k : (a, unit) continuation) -> incr asked; continue k ())
          | _ -> None }
  in
  let inside, outside = if with_handlers then 200, 0 else 0, 200 in
  answered (fun () -> spawn (fun k -> kept := Kept k) (fun () -> under inside travel));
  asked := 0;
  let move () =
    match !kept with
    | Kept k -> kept := Nothing; continue k ()
    | Nothing -> ()
  in
  let spent =
    timed (fun () ->
      answered (fun () -> under outside (fun () -> for _ = 1 to n do other move done)))
  in
  spent, !asked
