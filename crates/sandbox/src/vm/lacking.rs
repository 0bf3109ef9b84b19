//! What CPython has in the places that kont has too, and kont lacks. A program that asks for it is refused: it could
//! catch an `AttributeError` or `ImportError`, and would go on as it would not on CPython.

/// Public names of library modules, as CPython 3.13 has them.
const OF_MODULES: &[(&str, &str)] = &[
    ("abc", "get_cache_token update_abstractmethods"),
    (
        "asyncio",
        "AbstractChildWatcher AbstractEventLoopPolicy AbstractServer Barrier BaseEventLoop BaseProtocol \
         BaseTransport BufferedProtocol DatagramProtocol DatagramTransport DefaultEventLoopPolicy \
         EventLoop FastChildWatcher IncompleteReadError LimitOverrunError MultiLoopChildWatcher \
         PidfdChildWatcher Protocol ReadTransport SafeChildWatcher SelectorEventLoop \
         SendfileNotAvailableError Server StreamReader StreamReaderProtocol StreamWriter \
         SubprocessProtocol SubprocessTransport ThreadedChildWatcher Transport WriteTransport \
         create_eager_task_factory create_subprocess_exec create_subprocess_shell eager_task_factory \
         get_child_watcher get_event_loop_policy open_connection open_unix_connection \
         run_coroutine_threadsafe set_child_watcher set_event_loop_policy start_server start_unix_server \
         wrap_future",
    ),
    ("collections", "UserList UserString"),
    (
        "contextlib",
        "AsyncExitStack aclosing chdir redirect_stderr redirect_stdout",
    ),
    (
        "enum",
        "CONFORM CONTINUOUS EJECT EnumCheck EnumDict FlagBoundary KEEP NAMED_FLAGS STRICT UNIQUE \
         global_enum global_enum_repr global_flag_repr global_str pickle_by_enum_name \
         pickle_by_global_name verify",
    ),
    ("functools", "singledispatchmethod"),
    (
        "io",
        "BlockingIOError BufferedIOBase BufferedRWPair BufferedRandom BufferedReader BufferedWriter \
         BytesIO DEFAULT_BUFFER_SIZE FileIO IOBase IncrementalNewlineDecoder RawIOBase SEEK_CUR SEEK_END \
         SEEK_SET TextIOBase TextIOWrapper open open_code text_encoding",
    ),
    ("math", "fma"),
    (
        "operator",
        "iconcat ifloordiv ilshift imatmul imod ipow irshift itruediv ixor length_hint",
    ),
    (
        "random",
        "betavariate binomialvariate gammavariate lognormvariate paretovariate vonmisesvariate \
         weibullvariate",
    ),
    ("re", "RegexFlag"),
    (
        "statistics",
        "NormalDist correlation covariance harmonic_mean kde kde_random linear_regression median_grouped",
    ),
    ("string", "Formatter"),
    (
        "sys",
        "abiflags activate_stack_trampoline addaudithook api_version audit base_exec_prefix base_prefix \
         breakpointhook builtin_module_names call_tracing copyright deactivate_stack_trampoline \
         displayhook dont_write_bytecode exc_info excepthook exception exec_prefix executable flags \
         float_info float_repr_style get_asyncgen_hooks get_coroutine_origin_tracking_depth \
         get_int_max_str_digits getallocatedblocks getdefaultencoding getdlopenflags \
         getfilesystemencodeerrors getfilesystemencoding getprofile getrefcount getsizeof \
         getswitchinterval gettrace getunicodeinternedsize hash_info implementation int_info \
         is_finalizing is_stack_trampoline_active meta_path modules orig_argv path path_hooks \
         path_importer_cache platlibdir prefix pycache_prefix set_asyncgen_hooks \
         set_coroutine_origin_tracking_depth set_int_max_str_digits setdlopenflags setprofile \
         setrecursionlimit setswitchinterval settrace stdin stdlib_module_names thread_info \
         unraisablehook warnoptions",
    ),
    ("textwrap", "TextWrapper"),
    (
        "time",
        "CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME \
         CLOCK_TAI CLOCK_THREAD_CPUTIME_ID altzone asctime clock_getres clock_gettime clock_gettime_ns \
         clock_settime clock_settime_ns ctime daylight get_clock_info mktime process_time_ns \
         pthread_getcpuclockid strptime struct_time thread_time thread_time_ns tzset",
    ),
    (
        "typing",
        "ByteString ChainMap ForwardRef MappingView NoDefault ParamSpecArgs ParamSpecKwargs SupportsBytes \
         SupportsComplex TypeAliasType clear_overloads get_overloads get_protocol_members is_protocol \
         is_typeddict no_type_check_decorator",
    ),
];

/// Whether CPython's module has this name, and kont's has not.
pub(crate) fn module_lacks(module: &str, name: &str) -> bool {
    OF_MODULES
        .iter()
        .any(|(of, names)| *of == module && names.split(' ').any(|lacking| lacking == name))
}
