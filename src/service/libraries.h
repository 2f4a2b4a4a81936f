// Libraries: the collections that one server serves, each under a name: folders of pictures that
// were named at its start, and those in its data folder, which come and go. All are open for
// writing and share the models that they load. Safe from any number of threads: who has found one
// keeps it, also while it is dropped.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/result.h"
#include "service/data_folder.h"
#include "service/library.h"

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sokkuri::service {

class Libraries {
 public:
    /// Tells of its end when it goes, after all else: member of what others wait for.
    struct Ending {
        std::promise<void> promise;
        Ending() = default;
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
        ~Ending() { promise.set_value(); }
    };
    struct Entry {
        Entry(std::string own_name, Library own_library);

        Ending ending;  // first: goes last
        std::string name;
        Library library;
        bool is_in_data = false;  // its home is a folder of the data folder
    };
    using EntryPointer = std::shared_ptr<Entry>;

    /// `socket`: where this process listens for others that want to write (named in the locks).
    /// `data`: the folder whose collections are served and where new ones are made, each in a
    /// folder of its name; made when missing; empty: none. kConflict while another server has the
    /// data folder or another process writes to one of `places`, kInvalidArgument when one is named
    /// twice. Two folders of one name get "-2", …; in the data folder a folder whose name is a
    /// valid one for a collection has that name, and others never get it. What of the data folder
    /// cannot be opened is warned of and left to `look`; of `places`, what cannot be written to is
    /// served for reading.
    static Result<std::unique_ptr<Libraries>> open(FileSystem& files,
                                                   const std::vector<LibraryPlace>& places,
                                                   const std::string& socket,
                                                   const std::string& data = "");
    /// Waits for `warm_up`.
    ~Libraries();

    FileSystem& files() const { return files_; }
    /// The folder where collections are made, absolute; empty: none.
    std::string data_path() const { return data_ == nullptr ? std::string() : data_->path(); }
    /// Those of now: the folders in the order in which they were named, then the others by name.
    std::vector<EntryPointer> all() const;
    /// kNotFound names the ones that there are. Of those in the data folder kNotFound, too, when
    /// its folder has been taken away since the last look, and kUnavailable when another one lies
    /// in its place: what would be written to it would be lost. A folder that was named and is open
    /// for writing is kUnavailable in both cases. Likewise kUnavailable, with the reason, one that
    /// cannot be opened. O(collections), one file looked at.
    Result<std::shared_ptr<Library>> find(std::string_view name) const;

    /// Makes the collection of that name in the data folder; `fill` gets it before anybody else,
    /// and nothing is left of it when that fails. Durable when it returns. kAlreadyExists when
    /// there is one, kConflict while it is made or dropped, kUnsupported without a data folder.
    Result<std::shared_ptr<Library>> make(
        const std::string& name, const std::function<Result<void>(Library& library)>& fill);
    /// Forgets the collection and all that is kept for it; files of an indexed folder stay. Nobody
    /// finds it any more when `once_hidden` is called (to end what works on it); returns when all
    /// who have it are done and it is gone. A kill leaves it whole or gone. As `find`; kConflict
    /// when its folder was taken away meanwhile: what lies there then stays.
    Result<void> drop(const std::string& name, const std::function<void()>& once_hidden);

    /// Serves the collections that were put into the data folder since the look before, and are the
    /// same as then; forgets those that were taken out of it, and calls `once_gone` with their
    /// names (to end what works on them). One look at a time.
    Result<void> look(const std::function<void(const std::string& name)>& once_gone);

    /// Loads, in the background, the models that queries will need first. Once.
    void warm_up(const ModelChoice& choice);
    /// Unloads models that nobody has used for a while. Jobs call it from time to time.
    void sweep();

 private:
    /// One in the data folder that cannot be opened.
    struct LeftOut {
        std::string folder;
        std::string reason;
    };
    struct State {
        std::vector<EntryPointer> entries;
        std::set<std::string, std::less<>> changing;  // names that are being made or dropped
        std::map<std::string, LeftOut, std::less<>> left_out;  // by name
    };

    /// Nobody else makes or drops that name as long as this lives, also where memory runs out.
    class Claimed {
     public:
        /// By `claim` or `hide`.
        Claimed(Libraries& libraries, const std::string& name)
            : libraries_(libraries), name_(name) {}
        ~Claimed() { libraries_.release(name_); }
        Claimed(const Claimed&) = delete;
        Claimed& operator=(const Claimed&) = delete;

     private:
        Libraries& libraries_;
        const std::string& name_;
    };

    Libraries(FileSystem& files, std::string socket, std::unique_ptr<DataFolder> data);

    Result<void> open_data();
    Result<void> open_found(const std::string& folder);
    void leave_out(const std::string& folder, const Error& why);
    Result<void> add_folder(const LibraryPlace& place);
    Result<Library> open_library(const LibraryPlace& place) const;
    Result<Library> make_library(const std::string& name,
                                 const std::function<Result<void>(Library& library)>& fill) const;
    std::string free_name(const std::string& wanted) const;
    std::string name_in_data(const std::string& folder) const;
    void add(EntryPointer entry);
    Result<void> claim(const std::string& name);
    void release(const std::string& name);
    std::vector<std::string> forget_gone();
    Result<void> adopt(const std::string& folder);
    Result<EntryPointer> hide(const std::string& name);

    FileSystem& files_;
    const std::string socket_;
    std::unique_ptr<DataFolder> data_;  // null: none
    std::shared_ptr<ExtractorCache> extractors_;
    mutable Guarded<State> state_;
    std::jthread warming_;  // last: joined first
};

}  // namespace sokkuri::service
