(* An effect performed again and again, answered by the outermost of many handlers. *)
open Effect
open Effect.Deep

type _ Effect.t += Ask : int -> int Effect.t | Other : unit Effect.t

let rec loop left sum = if left = 0 then sum else loop (left - 1) (perform (Ask sum))

let rec under depth body =
  if depth = 0 then body ()
  else
    match_with (under (depth - 1)) body
      { retc = Fun.id; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Other -> Some (fun (k : (a, _) continuation) -> continue k ())
          | _ -> None }

let answered body =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Ask n -> Some (fun (k : (a, _) continuation) -> continue k (n + 1))
        | _ -> None }

let run depth n = answered (fun () -> under (depth - 1) (fun () -> loop n 0))

(* The handler resumes and waits, so that a thousand of them wait at a time. *)
let waiting body =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Ask n ->
          Some (fun (k : (a, _) continuation) ->
            let r = continue k (n + 1) in
            Sys.opaque_identity r)
        | _ -> None }

let resume_wait n =
  let rounds = (n + 999) / 1000 in
  let sum = ref 0 in
  for _ = 1 to rounds do
    sum := !sum + waiting (fun () -> loop (min n 1000) 0)
  done;
  !sum

(* Frames wait between the performer and its handler. The clock starts when they are there. *)
let over frames n =
  let spent = ref 0.0 in
  let timed () =
    let start = Sys.time () in
    let sum = loop n 0 in
    spent := Sys.time () -. start;
    sum
  in
  let rec deep left = if left = 0 then timed () else 1 + deep (left - 1) in
  let sum = answered (fun () -> deep frames) - frames in
  !spent, sum
