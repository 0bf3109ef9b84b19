(* The programs of the public effect-handlers suite, written from their descriptions. *)
open Effect
open Effect.Deep

type _ Effect.t += Get : int Effect.t | Set : int -> unit Effect.t

let rec counting () =
  let i = perform Get in
  if i = 0 then i else (perform (Set (i - 1)); counting ())

let countdown (n : int) =
  let state = ref n in
  match_with counting ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Get -> Some (fun (k : (a, int) continuation) -> continue k !state)
        | Set i -> Some (fun (k : (a, int) continuation) -> state := i; continue k ())
        | _ -> None }

let rec fibonacci n = if n = 0 then 0 else if n = 1 then 1 else fibonacci (n - 1) + fibonacci (n - 2)

exception Done of int

let rec product = function
  | [] -> 0
  | y :: ys -> if y = 0 then raise_notrace (Done 0) else y * product ys

let product_early n =
  let list = List.init 1001 (fun i -> 1000 - i) in
  let rec again left sum =
    if left = 0 then sum
    else again (left - 1) (sum + (try product (Sys.opaque_identity list) with Done r -> r))
  in
  again n 0

type _ Effect.t += Emit : int -> unit Effect.t

let rec range l u = if l > u then () else (perform (Emit l); range (l + 1) u)

let adding (body : unit -> unit) : int =
  let sum = ref 0 in
  match_with body ()
    { retc = (fun () -> !sum); exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Emit i -> Some (fun (k : (a, int) continuation) -> sum := !sum + i; continue k ())
        | _ -> None }

let iterator (n : int) = adding (fun () -> range 0 n)

type tree = Leaf | Node of tree * int * tree
type generator = Empty | Thunk of int * (unit -> generator)
type _ Effect.t += Yield : int -> unit Effect.t

let rec make n = if n = 0 then Leaf else let t = make (n - 1) in Node (t, n, t)

let rec iterate = function
  | Leaf -> ()
  | Node (l, v, r) -> iterate l; perform (Yield v); iterate r

let generate (body : unit -> unit) : generator =
  match_with body ()
    { retc = (fun () -> Empty); exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Yield v -> Some (fun (k : (a, generator) continuation) -> Thunk (v, fun () -> continue k ()))
        | _ -> None }

let rec total sum = function Empty -> sum | Thunk (v, rest) -> total (v + sum) (rest ())

let generator (n : int) = total 0 (generate (fun () -> iterate (make n)))

type _ Effect.t += Read : int Effect.t | Stop : unit Effect.t

let newline = 10
let dollar = 36

let rec parse dollars =
  let c = perform Read in
  if c = dollar then parse (dollars + 1)
  else if c = newline then (perform (Emit dollars); parse 0)
  else (perform Stop; assert false)

let catch (body : unit -> unit) : unit =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Stop -> Some (fun (_ : (a, unit) continuation) -> ())
        | _ -> None }

let feed (n : int) (body : unit -> unit) : unit =
  let line = ref 0 in
  let left = ref 0 in
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Read ->
          Some (fun (k : (a, unit) continuation) ->
            if !line > n then perform Stop
            else if !left = 0 then (incr line; left := !line; continue k newline)
            else (decr left; continue k dollar))
        | _ -> None }

let parsing_dollars n = adding (fun () -> catch (fun () -> feed n (fun () -> parse 0)))

type _ Effect.t += Prime : int -> bool Effect.t

let rec primes (i : int) (n : int) (sum : int) : int =
  if i >= n then sum
  else if perform (Prime i) then
    match_with (fun () -> primes (i + 1) n (sum + i)) ()
      { retc = Fun.id; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Prime e ->
            Some (fun (k : (a, int) continuation) ->
              if e mod i = 0 then continue k false else continue k (perform (Prime e)))
          | _ -> None }
  else primes (i + 1) n sum

let handler_sieve (n : int) =
  match_with (fun () -> primes 2 n 0) ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Prime _ -> Some (fun (k : (a, int) continuation) -> continue k true)
        | _ -> None }

type _ Effect.t += Operator : int -> unit Effect.t

let rec operate i seed = if i = 0 then seed else (perform (Operator i); operate (i - 1) seed)

let nontail (n : int) (seed : int) : int =
  match_with (fun () -> operate n seed) ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Operator x ->
          Some (fun (k : (a, int) continuation) ->
            let y = continue k () in
            abs (x - (503 * y) + 37) mod 1009)
        | _ -> None }

let resume_nontail n =
  let rec again left seed = if left = 0 then seed else again (left - 1) (nontail n seed) in
  again 100 0

type _ Effect.t += Fork : (unit -> unit) -> unit Effect.t | Next : unit Effect.t | Tick : unit Effect.t

let schedule main =
  let queue = Queue.create () in
  let next () = match Queue.take_opt queue with Some k -> continue k () | None -> () in
  let rec spawn job =
    match_with job ()
      { retc = next; exnc = raise;
        effc = fun (type a) (e : a Effect.t) -> match e with
          | Fork job -> Some (fun (k : (a, unit) continuation) -> Queue.add k queue; spawn job)
          | Next -> Some (fun (k : (a, unit) continuation) -> Queue.add k queue; next ())
          | _ -> None }
  in
  spawn main

let job () = perform Next; perform Tick

let rec forks n = if n = 0 then () else (perform (Fork job); forks (n - 1))

let scheduler (n : int) =
  let ticks = ref 0 in
  match_with (fun () -> for _ = 1 to 100 do schedule (fun () -> forks n) done) ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Tick -> Some (fun (k : (a, unit) continuation) -> incr ticks; continue k ())
        | _ -> None };
  !ticks

type _ Effect.t +=
  | Offer : int -> (unit -> unit) Effect.t
  | Replace : int -> unit Effect.t
  | Remove : unit Effect.t

let removes (place : int option ref) (body : unit -> int) : int =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Remove -> Some (fun (k : (a, int) continuation) -> place := None; continue k ())
        | _ -> None }

let replaces (place : int option ref) (body : unit -> int) : int =
  match_with body ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Replace i -> Some (fun (k : (a, int) continuation) -> place := Some i; continue k ())
        | _ -> None }

let rec iterate_on next last =
  if next > last then 0
  else begin
    let place = ref (Some next) in
    let level () =
      let behave = perform (Offer next) in
      behave ();
      iterate_on (next + 1) last
    in
    let rest = removes place (fun () -> replaces place level) in
    match !place with Some kept -> kept + rest | None -> rest
  end

let interruptible (n : int) =
  match_with (fun () -> iterate_on (-n) n) ()
    { retc = Fun.id; exnc = raise;
      effc = fun (type a) (e : a Effect.t) -> match e with
        | Offer i ->
          Some (fun (k : (a, int) continuation) ->
            continue k (fun () ->
              if i < 0 then perform Remove else if i > 0 then perform (Replace (2 * i))))
        | _ -> None }
